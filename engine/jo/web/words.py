"""What recipients read on jo's pages, in the languages that jo speaks, and which of them to speak."""

from dataclasses import dataclass

ADDRESS = "{address}"
TOPIC = "{topic}"
"""Where the recipient's address and the topic's title stand in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of one language. Plain text; sentences may hold `{address}` and `{topic}`."""

    tag: str
    unsubscribe: str
    """Title of the page, and the button."""
    goes_to: str
    question: str
    this_topic: str
    """What a topic without a known title is called."""
    topic_note: str
    all_marketing: str
    all_note: str
    left: str
    left_topic: str
    left_all: str
    on_its_way: str
    more: str
    leave_all: str
    dead: str
    dead_note: str
    away: str
    away_note: str


EN = Words(
    tag="en",
    unsubscribe="Unsubscribe",
    goes_to="These mails go to {address}.",
    question="Which mails do you no longer want?",
    this_topic="Mails like this one",
    topic_note="Everything else keeps coming.",
    all_marketing="All marketing mail",
    all_note="Only mails about your account and your orders keep coming.",
    left="You are unsubscribed",
    left_topic="You will get no more mails about “{topic}”.",
    left_all="You will get no more marketing mail.",
    on_its_way="A mail that is already on its way may still arrive.",
    more="Would you rather get no marketing mail at all?",
    leave_all="Stop all marketing mail",
    dead="This link does not work",
    dead_note="It is incomplete or no longer valid. Please open the link in a newer mail, or "
    "reply to a mail and tell us what you want.",
    away="One moment, please",
    away_note="We cannot open this link right now. Please try again in a minute.",
)

DE = Words(
    tag="de",
    unsubscribe="Abmelden",
    goes_to="Diese E-Mails gehen an {address}.",
    question="Welche E-Mails möchten Sie nicht mehr bekommen?",
    this_topic="E-Mails wie diese",
    topic_note="Alles andere kommt weiterhin.",
    all_marketing="Alle Werbe-E-Mails",
    all_note="Nur E-Mails zu Ihrem Konto und Ihren Bestellungen kommen weiterhin.",
    left="Sie sind abgemeldet",
    left_topic="Sie bekommen keine E-Mails mehr zu „{topic}“.",
    left_all="Sie bekommen keine Werbe-E-Mails mehr.",
    on_its_way="Eine E-Mail, die schon unterwegs ist, kann noch ankommen.",
    more="Möchten Sie gar keine Werbe-E-Mails mehr bekommen?",
    leave_all="Alle Werbe-E-Mails abbestellen",
    dead="Dieser Link funktioniert nicht",
    dead_note="Er ist unvollständig oder nicht mehr gültig. Bitte öffnen Sie den Link in einer neueren "
    "E-Mail, oder antworten Sie auf eine E-Mail und schreiben Sie uns, was Sie möchten.",
    away="Einen Moment, bitte",
    away_note="Der Link lässt sich gerade nicht öffnen. Bitte versuchen Sie es in einer Minute noch einmal.",
)

JA = Words(
    tag="ja",
    unsubscribe="配信停止",
    goes_to="配信先：{address}",
    question="どのメールの配信を停止しますか？",
    this_topic="このようなメール",
    topic_note="その他のメールは引き続き届きます。",
    all_marketing="すべての案内メール",
    all_note="アカウントやご注文に関するメールは引き続き届きます。",
    left="配信を停止しました",
    left_topic="「{topic}」のメールは今後届きません。",
    left_all="案内メールは今後届きません。",
    on_its_way="すでに送信されたメールが届く場合があります。",
    more="すべての案内メールを停止しますか？",
    leave_all="すべての案内メールを停止する",
    dead="このリンクは使えません",
    dead_note="リンクが不完全か、有効期限が切れています。新しいメールのリンクを開くか、メールにご返信ください。",
    away="少々お待ちください",
    away_note="現在このリンクを開けません。1分ほどしてからもう一度お試しください。",
)

ES = Words(
    tag="es",
    unsubscribe="Darse de baja",
    goes_to="Estos correos llegan a {address}.",
    question="¿Qué correos ya no quiere recibir?",
    this_topic="Correos como este",
    topic_note="Todo lo demás seguirá llegando.",
    all_marketing="Todos los correos publicitarios",
    all_note="Solo seguirán llegando los correos sobre su cuenta y sus pedidos.",
    left="Se ha dado de baja",
    left_topic="Ya no recibirá correos sobre «{topic}».",
    left_all="Ya no recibirá correos publicitarios.",
    on_its_way="Es posible que aún llegue un correo que ya está en camino.",
    more="¿Prefiere no recibir ningún correo publicitario?",
    leave_all="No recibir más publicidad",
    dead="Este enlace no funciona",
    dead_note="Está incompleto o ya no es válido. Abra el enlace de un correo más reciente o responda "
    "a un correo y díganos qué desea.",
    away="Un momento, por favor",
    away_note="Ahora mismo no podemos abrir este enlace. Inténtelo de nuevo dentro de un minuto.",
)

FR = Words(
    tag="fr",
    unsubscribe="Se désabonner",
    goes_to="Ces e-mails sont envoyés à {address}.",
    question="Quels e-mails ne souhaitez-vous plus recevoir\u00a0?",
    this_topic="Les e-mails comme celui-ci",
    topic_note="Vous continuerez à recevoir tout le reste.",
    all_marketing="Tous les e-mails publicitaires",
    all_note="Seuls les e-mails concernant votre compte et vos commandes continueront d’arriver.",
    left="Désabonnement confirmé",
    left_topic="Vous ne recevrez plus d’e-mails sur «\u00a0{topic}\u00a0».",
    left_all="Vous ne recevrez plus d’e-mails publicitaires.",
    on_its_way="Un e-mail déjà parti peut encore arriver.",
    more="Préférez-vous ne plus recevoir aucun e-mail publicitaire\u00a0?",
    leave_all="Ne plus recevoir de publicité",
    dead="Ce lien ne fonctionne pas",
    dead_note="Il est incomplet ou n’est plus valable. Ouvrez le lien d’un e-mail plus récent, ou répondez "
    "à un e-mail pour nous dire ce que vous souhaitez.",
    away="Un instant, s’il vous plaît",
    away_note="Nous ne pouvons pas ouvrir ce lien pour le moment. Veuillez réessayer dans une minute.",
)

PT = Words(
    tag="pt",
    unsubscribe="Cancelar inscrição",
    goes_to="Estes e-mails são enviados para {address}.",
    question="Quais e-mails você não quer mais receber?",
    this_topic="E-mails como este",
    topic_note="Todo o resto continuará chegando.",
    all_marketing="Todos os e-mails publicitários",
    all_note="Só continuarão chegando os e-mails sobre sua conta e seus pedidos.",
    left="Inscrição cancelada",
    left_topic="Você não receberá mais e-mails sobre “{topic}”.",
    left_all="Você não receberá mais e-mails publicitários.",
    on_its_way="Um e-mail que já está a caminho ainda pode chegar.",
    more="Prefere não receber nenhum e-mail publicitário?",
    leave_all="Parar toda a publicidade",
    dead="Este link não funciona",
    dead_note="Ele está incompleto ou não é mais válido. Abra o link de um e-mail mais recente ou responda "
    "a um e-mail e diga o que deseja.",
    away="Um momento, por favor",
    away_note="Não foi possível abrir este link agora. Tente novamente em um minuto.",
)

LANGUAGES = {words.tag: words for words in (EN, DE, JA, ES, FR, PT)}

MOST_ASKED = 20
"""How many languages of an Accept-Language header are looked at."""


def words_for(language: str | None, accepted: str = "") -> Words:
    """Return the words in a person's language, else in the first that their browser asks for, else English.

    `language` is a tag such as `de-AT` or `pt_BR`; `accepted` is an Accept-Language header (RFC 9110, section
    12.5.4).
    """
    wanted = [language] if language else []
    wanted += _by_weight(accepted)
    return next((LANGUAGES[tag] for tag in map(_primary, wanted) if tag in LANGUAGES), EN)


def _by_weight(accepted: str) -> list[str]:
    weighed = []
    for item in accepted.split(",", MOST_ASKED)[:MOST_ASKED]:
        tag, _, parameter = item.partition(";")
        weighed.append((_weight(parameter), tag))
    return [tag for weight, tag in sorted(weighed, key=lambda pair: -pair[0]) if weight > 0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _primary(tag: str) -> str:
    return tag.strip().replace("_", "-").partition("-")[0].casefold()
