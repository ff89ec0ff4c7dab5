"""The strict reader: the bytes of a file in, plain values with positions and faults out.

Owns what jo accepts of YAML 1.2 and every diagnostic of family J0. Knows nothing of kinds or schemas:
a document is a tree of dict, list and scalars, and whether it is a resource is for others to say.

There are three builders. `lines` reads the few forms that most files are made of, without a parser. What it
declines, `quick` reads from the parser's events; it makes values and nothing else, and gives up at anything
unusual. `tree` then reads the same text again with care: it keeps positions, explains faults and reads on
behind them. A file without faults is read once; its positions are made from the text when somebody asks for
the first one. All agree on every text that the quicker one accepts (a law in the tests).
"""

from jo.manifest.reader.read import read

__all__ = ["read"]
