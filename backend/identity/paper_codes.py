"""What the codes of Tencent Cloud's text recognition mean (document 866/33528). CODE: it is the picture."""

from __future__ import annotations

from types import MappingProxyType

from backend.core.outcomes import Verdict
from backend.identity.codes import CALL_CODES
from backend.identity.papers import PaperFault

PLATFORM = "ocr"
FAULTS = MappingProxyType(
    {
        **dict.fromkeys(
            ("FailedOperation.ImageNoIdCard", "FailedOperation.NoBizLicense", "FailedOperation.ImageNoText",
             "FailedOperation.ImageNoSpecifiedCard", "FailedOperation.EmptyImageError"),
            PaperFault.NOT_DOCUMENT,
        ),
        **dict.fromkeys(
            ("FailedOperation.CardSideError", "FailedOperation.DetectFailed",
             "FailedOperation.IdCardInfoIllegal", "FailedOperation.IdCardTooSmall",
             "FailedOperation.ImageBlur", "FailedOperation.ImageDecodeFailed",
             "FailedOperation.ImageSizeTooLarge", "FailedOperation.MultiCardError",
             "FailedOperation.LicenseMultiCardError", "FailedOperation.OcrFailed",
             "InvalidParameter.EngineImageDecodeFailed", "LimitExceeded.TooLargeFileError"),
            PaperFault.UNCLEAR,
        ),
    }
)  # fmt: skip
CODES = MappingProxyType(
    {
        # Keys, signatures and versions are the same with all products.
        **{code: verdict for code, verdict in CALL_CODES.items() if not code.startswith("FailedOperation.")},
        **dict.fromkeys(FAULTS, Verdict.CODE),
        **dict.fromkeys(
            ("FailedOperation.CountLimitError", "FailedOperation.DbError", "FailedOperation.DownLoadError",
             "FailedOperation.EngineRecognizeTimeout", "FailedOperation.UnKnowError", "InternalError",
             "RequestLimitExceeded"),
            Verdict.BUSY,
        ),
        **dict.fromkeys(
            ("FailedOperation.ArrearsError", "FailedOperation.UnOpenError", "FailedOperation.UserQuotaError",
             "InvalidParameter.ConfigFormatError", "InvalidParameterValue.InvalidParameterValueLimit",
             "ResourceUnavailable.InArrears", "ResourceUnavailable.ResourcePackageRunOut",
             "ResourcesSoldOut.ChargeStatusException"),
            Verdict.REFUSED,
        ),
    }
)  # fmt: skip
