"""The outside platforms that the settings set up, behind their ports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from backend.access.ports import WechatOffer
from backend.contracts.adapter import SignedContracts
from backend.contracts.port import ContractPort
from backend.core.config import Settings
from backend.core.outcomes import PlatformUnavailable
from backend.customer_master.adapter import SignedCustomerMaster
from backend.customer_master.port import CustomerMaster
from backend.files.local_storage import LocalFolderStorage
from backend.files.s3_storage import S3Storage
from backend.files.storage import FileStorage
from backend.identity.names import NameChecks
from backend.identity.offers import FaceOffers
from backend.identity.papers import PaperReader
from backend.identity.port import FaceChecks
from backend.identity.tencent import TencentFaceChecks
from backend.identity.tencent_names import TencentNameChecks
from backend.identity.tencent_papers import TencentPaperReader
from backend.identity.wechat_faces import WechatFaceChecks
from backend.maps.port import MapPort
from backend.maps.tencent import TencentMap
from backend.notifications.delivery import Channels
from backend.notifications.port import SmsPort, WecomPort
from backend.notifications.sms import TencentSms
from backend.notifications.wecom import EnterpriseWechat
from backend.wechat.adapter import AppKeys, WechatAdapter
from backend.wechat.port import CodeInvalid, WechatPort


@dataclass(frozen=True)
class Platforms:
    """The outside platforms; one that is not set up is None."""

    wechat: WechatPort | None
    sms: SmsPort | None
    maps: MapPort | None
    contracts: ContractPort | None = None
    wecom: WecomPort | None = None
    faces: FaceChecks | None = None
    master: CustomerMaster | None = None
    names: NameChecks | None = None
    papers: PaperReader | None = None
    mini_faces: FaceChecks | None = None

    @property
    def face_offers(self) -> FaceOffers:
        """Who checks faces, and where."""
        return FaceOffers(self.faces, self.mini_faces)


def make_platforms(settings: Settings, redis: Redis) -> Platforms:
    """Return the adapters to the platforms that ``settings`` set up. Nothing is called yet."""
    wechat: WechatAdapter | None = None
    sms, maps = None, None
    if settings.wechat_api_base_url:
        wechat = WechatAdapter(
            api_base_url=settings.wechat_api_base_url,
            open_base_url=settings.wechat_open_base_url,
            mini=_make_app_keys(settings.wechat_mini_app_id, settings.wechat_mini_app_secret),
            official=_make_app_keys(settings.wechat_official_app_id, settings.wechat_official_app_secret),
            mini_state=settings.wechat_mini_state,
            answer_seconds=settings.platform_answer_seconds,
            redis=redis,
        )
    # The settings need each other, so that with the first of a platform the others are there too.
    if settings.sms_secret_id:
        sms = TencentSms(
            base_url=settings.sms_base_url or "",
            secret_id=settings.sms_secret_id,
            secret_key=settings.sms_secret_key or "",
            app_id=settings.sms_app_id or "",
            sign_name=settings.sms_sign_name or "",
            region=settings.sms_region,
            answer_seconds=settings.platform_answer_seconds,
        )
    if settings.map_key:
        maps = TencentMap(
            base_url=settings.map_base_url or "",
            key=settings.map_key,
            answer_seconds=settings.platform_answer_seconds,
        )
    return Platforms(
        wechat,
        sms,
        maps,
        _make_contracts(settings),
        _make_wecom(settings),
        _make_faces(settings),
        _make_master(settings),
        _make_names(settings),
        _make_papers(settings),
        WechatFaceChecks(wechat) if wechat is not None and settings.wechat_face_checks else None,
    )


def _make_master(settings: Settings) -> CustomerMaster | None:
    if not settings.master_base_url:
        return None
    return SignedCustomerMaster(
        base_url=settings.master_base_url,
        app_id=settings.master_app_id or "",
        secret=settings.master_secret or "",
        answer_seconds=settings.platform_answer_seconds,
    )


def _make_faces(settings: Settings) -> FaceChecks | None:
    if not settings.faceid_base_url:
        return None
    return TencentFaceChecks(
        base_url=settings.faceid_base_url,
        secret_id=settings.faceid_secret_id or "",
        secret_key=settings.faceid_secret_key or "",
        rule_id=settings.faceid_rule_id or "",
        answer_seconds=settings.platform_answer_seconds,
    )


def _make_names(settings: Settings) -> NameChecks | None:
    if not settings.namecheck_base_url:
        return None
    return TencentNameChecks(
        base_url=settings.namecheck_base_url,
        secret_id=settings.namecheck_secret_id or "",
        secret_key=settings.namecheck_secret_key or "",
        answer_seconds=settings.platform_answer_seconds,
    )


def _make_papers(settings: Settings) -> PaperReader | None:
    if not settings.ocr_base_url:
        return None
    return TencentPaperReader(
        base_url=settings.ocr_base_url,
        secret_id=settings.ocr_secret_id or "",
        secret_key=settings.ocr_secret_key or "",
        answer_seconds=settings.platform_answer_seconds,
    )


def _make_wecom(settings: Settings) -> WecomPort | None:
    if not settings.wecom_base_url:
        return None
    return EnterpriseWechat(
        base_url=settings.wecom_base_url,
        corp_id=settings.wecom_corp_id or "",
        agent_id=settings.wecom_agent_id or "0",
        secret=settings.wecom_secret or "",
        answer_seconds=settings.platform_answer_seconds,
    )


def _make_contracts(settings: Settings) -> ContractPort | None:
    if not settings.contract_base_url:
        return None
    return SignedContracts(
        base_url=settings.contract_base_url,
        app_id=settings.contract_app_id or "",
        secret=settings.contract_secret or "",
        answer_seconds=settings.platform_answer_seconds,
    )


def make_storage(settings: Settings) -> FileStorage:
    """Return the bucket of the settings, or the local folder without one."""
    if settings.s3_bucket and settings.s3_access_key and settings.s3_secret_key:
        return S3Storage(
            settings.s3_endpoint_url,
            settings.s3_region,
            settings.s3_bucket,
            settings.s3_access_key,
            settings.s3_secret_key,
        )
    return LocalFolderStorage(Path(settings.files_dir).resolve())


def make_channels(settings: Settings, platforms: Platforms) -> Channels:
    """Return the ways to a customer, with the templates of the settings."""
    return Channels(
        wechat=platforms.wechat,
        sms=platforms.sms,
        mini_app_id=settings.wechat_mini_app_id,
        official_app_id=settings.wechat_official_app_id,
        mini_templates=dict(settings.wechat_mini_templates),
        official_templates=dict(settings.wechat_official_templates),
        sms_templates=dict(settings.sms_templates),
        hall_url=settings.public_base_url,
        accounts_url=f"{settings.public_base_url}/h5/#/pages/accounts/index",
        case_url=f"{settings.public_base_url}/h5/#/pages/case/index?no={{case_no}}",
    )


def make_wechat_offer(settings: Settings, platforms: Platforms) -> WechatOffer | None:
    """Return how customers sign in at WeChat, or None where it is not set up."""
    if platforms.wechat is None:
        return None
    return WechatOffer(
        platforms.wechat,
        CodeInvalid,
        PlatformUnavailable,
        mini=settings.wechat_mini_app_id is not None,
        official=settings.wechat_official_app_id is not None,
    )


def _make_app_keys(app_id: str | None, secret: str | None) -> AppKeys | None:
    return AppKeys(app_id, secret) if app_id and secret else None
