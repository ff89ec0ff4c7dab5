"""The rules of the ledger, over every stage and every code."""

import itertools

from jo.mail.responses import Response
from jo.mail.verdicts import goes_on, judge_loss, judge_refusal
from jo.ports.mailer import OPENING, ReplyKind, Stage

EVERY = [
    (stage, Response(code=100 * first + rest, lines=("",)))
    for stage, first, rest in itertools.product(Stage, range(2, 6), range(60))
    if stage is not Stage.CONNECT
]


def test_before_the_final_dot_nothing_is_uncertain() -> None:
    for stage, response in EVERY:
        if stage is not Stage.DOT:
            assert judge_refusal(stage, response) is not ReplyKind.UNCERTAIN
            assert judge_loss(stage) is ReplyKind.DEFERRED


def test_after_the_final_dot_only_a_whole_reply_decides() -> None:
    assert judge_loss(Stage.DOT) is ReplyKind.UNCERTAIN
    for stage, response in EVERY:
        if stage is Stage.DOT and not goes_on(stage, response):
            expected = {4: ReplyKind.DEFERRED, 5: ReplyKind.REJECTED}.get(
                response.code // 100, ReplyKind.UNCERTAIN
            )
            if response.code == 503:
                expected = ReplyKind.UNCERTAIN  # an answer to a command, and none was asked
            assert judge_refusal(stage, response) is expected, response.code


def test_no_recipient_is_blamed_before_it_was_named() -> None:
    for stage, response in EVERY:
        if stage in OPENING:
            assert judge_refusal(stage, response) is ReplyKind.DEFERRED


def test_a_refused_sender_is_deferred_and_a_refused_message_rejected() -> None:
    def judge(code: int, text: str) -> ReplyKind:
        return judge_refusal(Stage.MAIL, Response(code=code, lines=(text,)))

    assert judge(550, "5.7.1 not from you") is ReplyKind.DEFERRED
    assert judge(553, "5.1.8 no such domain") is ReplyKind.DEFERRED
    assert judge(554, "no") is ReplyKind.DEFERRED
    assert judge(552, "too large") is ReplyKind.REJECTED
    assert judge(550, "5.3.4 too large") is ReplyKind.REJECTED
    assert judge(550, "5.6.7 not in UTF-8") is ReplyKind.REJECTED


def test_a_session_that_must_sign_in_blames_no_recipient() -> None:
    response = Response(code=530, lines=("5.7.0 authentication required",))
    assert judge_refusal(Stage.RCPT, response) is ReplyKind.DEFERRED
    assert judge_refusal(Stage.RCPT, Response(code=550, lines=("5.1.1 unknown",))) is ReplyKind.REJECTED
