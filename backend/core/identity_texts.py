"""What people read when proof of who they are is refused; see error_texts."""

from __future__ import annotations

IDENTITY_TEXTS: dict[str, str] = {
    "identity_settled": "身份已经核验过了，不用再核验。",
    "identity_not_wanted": "这件业务现在不用核验身份，请回到办件页看进度。",
    "identity_with_person": "这件业务由工作人员核对身份，不用再刷脸。上门或办理时请带好身份证。",
    "identity_too_often": "今天核验的次数太多了。请由工作人员核对身份证。",
    "identity_provider_away": "刷脸服务暂时连不上，请过几分钟再试；着急可以选“不方便刷脸”，由工作人员核对。",
    "identity_mini_program_only": "刷脸要在我们的微信小程序里做；也可以选“不方便刷脸”，由工作人员核对。",
    "identity_other_person": "核验的不是办理这件业务的本人。请本人再刷一次，或由工作人员核对。",
    "identity_replayed": "这次刷脸的结果不是为这件业务做的，没有采用。请回到办件页重新核验。",
    "identity_other_session": "刷脸是在另一次登录里开始的。请在开始刷脸的手机上查看，或重新核验。",
    "identity_failed": "刷脸没有通过。请摘下口罩，在光线好的地方正对手机再试。",
    "identity_check_first": "客户不在现场时，先请客户自己刷脸。客户不方便刷脸的，勾选这一项再确认。",
    "identity_register_asked": "姓名和身份证号已经核对过，或这件业务没有可核对的，请刷新后再看。",
    "identity_no_record": "系统里没有这位客户的身份证号，比对不了，请查看身份证。",
    "identity_mismatch": "报的姓名或身份证号后几位和客户档案不一致，没有通过。请再核对，或查看身份证。",
    "name_mismatch": "姓名和身份证号对不上，请照身份证再看一遍。没有填错的，可以仍然提交，由工作人员核对。",
    "id_number_unknown": "查不到这个身份证号，请照身份证再看一遍。没有填错的，可以仍然提交，由工作人员核对。",
    "paper_not_document": "照片里没找到证件。请把整张证件放进画面再拍一张；没拍错就照样提交，工作人员会看。",
    "paper_unclear": "照片上的字看不清。请在亮处放平证件再拍一张；拍不清的，照样提交，工作人员会看。",
    "paper_expired": "这张证件过了有效期。请换上有效的；正在换证的，照样提交，工作人员会核对。",
    "identity_too_little": "身份证号、表号、地址、姓名里说的还不够，请客户再报一样，都对上才能查。",
}

# What is wrong with one field → the sentence beside it.
IDENTITY_FIELD_TEXTS: dict[str, str] = {
    "identity_too_little": IDENTITY_TEXTS["identity_too_little"],
    "identity_person_refused": "查不到这个人，请核对姓名和身份证号，要和身份证上一样。",
    "identity_other_person": "这个身份证号和申请或客户档案里的不一样，请核对。",
    "paper_name_differs": "和证件照片上的名字不一样，请核对。",
    "paper_number_differs": "和证件照片上的号码不一样，请核对。",
    "identity_tail_length": "请填身份证号的最后 4 到 6 位。",
}
