"""What WeChat's error codes mean to us. A code that is not here is unknown, and an alert."""

from __future__ import annotations

from types import MappingProxyType

from backend.core.outcomes import Verdict

PLATFORM = "wechat"

_BUSY = (
    -1,  # busy, try again later
    45011,  # too many calls in this minute
    43108,  # another message to the same person is just being sent
)
_CREDENTIAL = (
    40001,  # the token is wrong, or no longer the newest
    40014,  # the token is malformed
    42001,  # the token has run out
)
_CODE = (
    40029,  # no such code, or too old
    40163,  # the code was used before
    41008,  # no code given
    42003,  # the web code has run out
)
_REFUSED = (
    40002,  # wrong kind of grant
    40003,  # no such person at this app
    40013,  # no such app
    40036,  # template id of a wrong length
    40037,  # no such template
    40038,  # the day's messages of this template to this person are used up
    40125,  # wrong secret
    40164,  # our address is not on the list of the app
    40165,  # a page that the app does not have
    40226,  # a person whom WeChat keeps from signing in
    40243,  # the secret was frozen
    41001,  # no token given
    41002,  # no app given
    41004,  # no secret given
    41028,  # template messages: form id wrong or too old
    41029,  # template messages: form id used
    41030,  # the page is not in the released mini-program
    43004,  # the person does not follow the official account
    43101,  # the person gave no permission, or took it back
    43107,  # subscribe messages are barred for this account
    43116,  # the template was taken down
    45009,  # the day's quota of calls is used up
    45168,  # words that WeChat does not let pass
    47001,  # not readable as JSON
    47003,  # a keyword's text is missing or breaks its rule
    48001,  # the account may not make this call
    48004,  # the call is barred for the account
    50002,  # the person is restricted
    61024,  # the call needs a code of its own kind
    89503,  # our address waits for the account owner's consent
    89506,  # our address was refused by the account's owner
    89507,  # the same, for this hour
)
CODES = MappingProxyType(
    {
        0: Verdict.SENT,
        **dict.fromkeys(_BUSY, Verdict.BUSY),
        **dict.fromkeys(_CREDENTIAL, Verdict.CREDENTIAL),
        **dict.fromkeys(_CODE, Verdict.CODE),
        **dict.fromkeys(_REFUSED, Verdict.REFUSED),
    }
)
