"""What Tencent Cloud FaceID's codes mean: errors of a call, and the ends of checks (document 1007/31082)."""

from __future__ import annotations

from types import MappingProxyType

from backend.core.outcomes import Verdict

PLATFORM = "faceid"
# Errors of a call. CODE is what is wrong with name or number, or with the check that is asked for.
CALL_CODES = MappingProxyType(
    {
        **dict.fromkeys(
            ("FailedOperation.NameFormatError", "FailedOperation.IdFormatError",
             "FailedOperation.IdNameMisMatch", "FailedOperation.IdNoExistSystem",
             "InvalidParameterValue.BizTokenExpired", "InvalidParameterValue.BizTokenIllegal"),
            Verdict.CODE,
        ),
        **dict.fromkeys(
            ("FailedOperation.RequestLimitExceeded", "FailedOperation.DbError", "FailedOperation.UnKnown",
             "FailedOperation.DecryptSystemError", "InternalError", "InternalError.UnKnown",
             "RequestLimitExceeded", "ResourceUnavailable"),
            Verdict.BUSY,
        ),
        **dict.fromkeys(
            ("AuthFailure", "AuthFailure.InvalidAuthorization", "AuthFailure.InvalidSecretId",
             "AuthFailure.SecretIdNotFound", "AuthFailure.SignatureExpire", "AuthFailure.SignatureFailure",
             "AuthFailure.TokenFailure", "AuthFailure.UnauthorizedOperation"),
            Verdict.CREDENTIAL,
        ),
        **dict.fromkeys(
            ("InvalidAction", "InvalidParameter", "InvalidParameter.RuleId", "InvalidParameterValue",
             "InvalidParameter.UnsupportEncryptField", "InvalidParameterValue.RuleIdDisabled",
             "InvalidParameterValue.RuleIdNotExist", "InvalidVersion", "MissingParameter", "OperationDenied",
             "FailedOperation.StsUnAuthErrError", "UnauthorizedOperation", "UnauthorizedOperation.Activating",
             "UnauthorizedOperation.ActivateError", "UnauthorizedOperation.Arrears",
             "UnauthorizedOperation.NonAuthorize", "UnauthorizedOperation.Nonactivated",
             "UnsupportedOperation"),
            Verdict.REFUSED,
        ),
    }
)  # fmt: skip
# Which of the two is wrong, where the provider refuses a person.
NAME_CODES = frozenset({"FailedOperation.NameFormatError", "FailedOperation.IdNameMisMatch"})
# The check itself is gone: three days old, or never the provider's.
GONE_CODES = frozenset({"InvalidParameterValue.BizTokenExpired", "InvalidParameterValue.BizTokenIllegal"})

# The end of a check, ``Text.ErrCode``. SENT: passed; REFUSED: not this person, not alive or not to be seen;
# BUSY: nothing was judged, the person may go on on the page; CODE: the page's time or tries are over.
RESULT_CODES = MappingProxyType(
    {
        0: Verdict.SENT,
        **dict.fromkeys((4, 8, 10, 12, 13, 17, 1001, 1006, 1007, 1008, 2001, 2017), Verdict.BUSY),
        **dict.fromkeys((14, 15, 16), Verdict.CODE),
        **dict.fromkeys(
            (1, 2, 3, 201, 202, 203, 204, 301, 302, 303, 1002, 1003, 1004, 1005,
             *range(1101, 1110), *range(1201, 1206),
             *range(2002, 2017)),
            Verdict.REFUSED,
        ),
    }
)  # fmt: skip

# The end of a comparison of name and ID number, ``IdCardVerification`` (document 1007/33188). SENT: they
# belong together; REFUSED: they do not, or the name can be none; CODE: no such number; BUSY: nobody compared.
NAME_PLATFORM = "namecheck"
NAME_RESULT_CODES = MappingProxyType(
    {
        "0": Verdict.SENT,
        **dict.fromkeys(("-1", "-3"), Verdict.REFUSED),
        **dict.fromkeys(("-2", "-5"), Verdict.CODE),
        **dict.fromkeys(("-4", "-6", "-7"), Verdict.BUSY),
    }
)
