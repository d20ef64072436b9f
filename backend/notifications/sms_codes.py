"""What Tencent Cloud's codes for text messages mean to us. A code not here is unknown, and an alert."""

from __future__ import annotations

from types import MappingProxyType

from backend.core.outcomes import Verdict

PLATFORM = "sms"

# Limits by number and day: trying again today changes nothing, and by tomorrow the message is stale.
_REFUSED = (
    "FailedOperation.ContainSensitiveWord",
    "FailedOperation.FailResolvePacket",
    "FailedOperation.ForbidAddMarketingTemplates",
    "FailedOperation.InsufficientBalanceInSmsPackage",
    "FailedOperation.JsonParseFail",
    "FailedOperation.MarketingSendTimeConstraint",
    "FailedOperation.MissingSignature",
    "FailedOperation.PhoneNumberInBlacklist",
    "FailedOperation.PhoneNumberParseFail",
    "FailedOperation.ProhibitSubAccountUse",
    "FailedOperation.SignatureIncorrectOrUnapproved",
    "FailedOperation.TemplateIdNotExist",
    "FailedOperation.TemplateIncorrectOrUnapproved",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
    "FailedOperation.TemplateUnapprovedOrNotExist",
    "InvalidParameter",
    "InvalidParameter.AppidAndBizId",
    "InvalidParameter.DirtyWordFound",
    "InvalidParameter.InvalidParameters",
    "InvalidParameterValue",
    "InvalidParameterValue.ContentLengthLimit",
    "InvalidParameterValue.IncorrectPhoneNumber",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    "InvalidParameterValue.SdkAppIdNotExist",
    "InvalidParameterValue.TemplateParameterFormatError",
    "InvalidParameterValue.TemplateParameterLengthLimit",
    "LimitExceeded.AppCountryOrRegionDailyLimit",
    "LimitExceeded.AppCountryOrRegionInBlacklist",
    "LimitExceeded.AppDailyLimit",
    "LimitExceeded.AppGlobalDailyLimit",
    "LimitExceeded.AppMainlandChinaDailyLimit",
    "LimitExceeded.DailyLimit",
    "LimitExceeded.PhoneNumberCountLimit",
    "LimitExceeded.PhoneNumberDailyLimit",
    "LimitExceeded.PhoneNumberOneHourLimit",
    "LimitExceeded.PhoneNumberSameContentDailyLimit",
    "LimitExceeded.PhoneNumberThirtySecondLimit",
    "MissingParameter",
    "MissingParameter.EmptyPhoneNumberSet",
    "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny",
    "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
    "UnsupportedOperation",
    "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
    "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
    "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
    "UnsupportedOperation.UnsupportedRegion",
)
# The platform turned the call away before looking at the message.
_BUSY = (
    "LimitExceeded",
    "LimitExceeded.DeliveryFrequencyLimit",
    "RequestLimitExceeded",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
    "ResourceUnavailable",
    "ServiceUnavailable",
)
# Our key, our clock or our account: a person must see to it.
_CREDENTIAL = (
    "ActionOffline",
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.MFAFailure",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.SignatureExpire",
    "AuthFailure.SignatureFailure",
    "AuthFailure.TokenFailure",
    "AuthFailure.UnauthorizedOperation",
    "InternalError.RequestTimeException",
    "InternalError.RestApiInterfaceNotExist",
    "InternalError.SigFieldMissing",
    "InternalError.SigVerificationFail",
    "InvalidAction",
    "InvalidRequest",
    "InvalidVersion",
    "IpInBlacklist",
    "IpNotInWhitelist",
    "NoSuchVersion",
    "UnauthorizedOperation",
    "UnauthorizedOperation.RequestIpNotInWhitelist",
    "UnauthorizedOperation.RequestPermissionDeny",
    "UnauthorizedOperation.SdkAppIdIsDisabled",
    "UnauthorizedOperation.ServiceSuspendDueToArrears",
    "UnknownParameter",
    "UnsupportedProtocol",
    "UnsupportedRegion",
)
# Something broke behind the platform's door; whether the message went out, it does not say itself.
_UNKNOWN = (
    "FailedOperation",
    "FailedOperation.OtherError",
    "FailedOperation.ParametersOtherError",
    "InternalError",
    "InternalError.JsonParseFail",
    "InternalError.OtherError",
    "InternalError.ParseBackendResponseFail",
    "InternalError.SendAndRecvFail",
    "InternalError.Timeout",
    "InternalError.UnknownError",
)
CODES = MappingProxyType(
    {
        "Ok": Verdict.SENT,
        **dict.fromkeys(_REFUSED, Verdict.REFUSED),
        **dict.fromkeys(_BUSY, Verdict.BUSY),
        **dict.fromkeys(_CREDENTIAL, Verdict.CREDENTIAL),
        **dict.fromkeys(_UNKNOWN, Verdict.UNKNOWN),
    }
)
