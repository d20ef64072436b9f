"""What people read when something is refused: what went wrong, and what to do now.

The table knows codes as plain strings: core lies below cases and must not import it. A test checks that every
code of the engine is here.
"""

from __future__ import annotations

from backend.core.account_texts import ACCOUNT_TEXTS
from backend.core.identity_texts import IDENTITY_FIELD_TEXTS, IDENTITY_TEXTS
from backend.core.import_texts import IMPORT_TEXTS
from backend.core.template_texts import TEMPLATE_TEXTS

_ENGINE: dict[str, str] = {
    "case_already_started": "这件申请已经提交过了，请到“我的办件”查看进度，不用再交一次。",
    "case_ended": "这件申请已经结束，不能再改动。如还需要办理，请重新申请。",
    "stale_version": "刚刚有人先一步处理了这件申请，请刷新后再看。",
    "task_unknown": "没有找到要处理的这一步，请刷新页面后再试。",
    "task_not_open": "这一步已经处理过了，请刷新页面查看最新进度。",
    "not_your_turn": "这一步现在不由您处理，请刷新页面，看看正在等谁。",
    "outcome_unknown": "这一步没有您选的这个处理结果，请刷新页面后重新选择。",
    "outcome_not_open": "按目前填写的内容，还不能选这个处理结果，请核对填写内容或改选其他结果。",
    "reason_required": "还没有填写原因，请写明原因后再提交。",
    "corrections_required": "还没有说明哪里需要修改，请至少勾选一项并写明原因。",
    "corrections_pending": "还有退回的内容没有改好，请等客户补齐后再通过。",
    "correction_unknown": "没有找到这一条修改要求，请刷新页面后再看。",
    "documents_required": "还没有选明欠交哪些材料，请至少选一项后再提交。",
    "document_not_owed": "这份材料不在待补之列，请刷新页面，按待补清单上传。",
    "field_not_returned": "只能修改被退回的内容，其他内容已经通过。请改好退回的各项后提交。",
    "child_running": "相关的另一项业务还在办理中，请等它办完后再处理这一步。",
    "child_unknown": "没有找到相关的另一项业务，请刷新页面后再看。",
    "withdraw_not_allowed": "这件申请已经办到不能自行撤回的步骤，如需停办请联系客服。",
    "cancel_not_allowed": "这件申请现在不能取消，请刷新页面查看进度，或联系客服。",
    "form_unknown": "这一步没有要填的表，请刷新页面后再看。",
    "guard_unknown": "这一步的检查没有设置好，暂时不能继续，您填的内容已保留。请联系客服或管理员。",
}

_GUARDS: dict[str, str] = {
    "appointment_missing": "还没有约好上门时间，请先预约，再继续这一步。",
    "handler_missing": "还没有指定上门师傅，请先选好师傅，再继续这一步。",
    "urge_not_allowed": "现在等您办理，办好后我们马上继续，不用催。",
    "urged_lately": "已经催过了，您的办件已排到最前面，过些时候可以再催。",
    "tries_left": "还没有打满规定的次数，请再打一次。",
    "result_missing": "还没有填写现场结果，请填好后再提交。",
    "contract_unapproved": "合同还没有审批通过，通过后才能签。审批情况见“合同审批”。",
    "identity_unproven": "还没有核验客户身份。请客户在手机上刷脸，或由您在“身份核验”里核对证件后确认。",
    "signature_missing": "还缺客户签名，请请客户签好后再提交。",
    "drawing_missing": "还没有图纸，请先上传图纸（照片或 PDF），再继续这一步。",
    "drawing_unseen": "请先把图纸看一遍，看过再签字。",
    "drawing_changed": "图纸刚刚换了新的，请看过新图再签字。",
    "sum_unset": "应缴多少钱还没有定好，请先不要缴费。定好后我们会告诉您。",
    "amount_missing": "还没有填写应收金额，请填好后再提交。",
    "receipt_missing": "还没有填写入账单号，请填好后再提交。",
    "hazards_found": "安检单里勾选了隐患，请选“发现隐患”；没有隐患就先改安检单。",
    "hazards_missing": "安检单里还没有勾选隐患，请先勾选；没有隐患就选“没有隐患”。",
    "arrears_found": "气量核对单上写着要补缴的气款，请按要补缴的交；不欠的，先改核对单。",
    "arrears_missing": "核对单上的剩余气量不是负数，不算欠费。欠的，先把它改成负数，再写要补缴的气款。",
    "signatures_missing": "单子上还缺签字，请有关各方都签好再继续：打开这张单子就能签。",
    "gas_differs": "购气量减去用气量不等于表上余量，数据对不上。请重新核对，改好单子后再继续。",
    "leak_found": "安检单里写着漏气，不能通气：请选“转工程部门整改”；当场修好的，选“已现场整改，重新试压”。",
    "gas_not_ready": "置换合格单里气密性、通气条件、软管接头、调试或点火还有不合格的，请选“有不合格项”。",
    "papers_wrong": "资料核对表里还有缺少或不一致的，请选“资料不齐”，补好后再核对。",
    "charges_unsettled": "按合同还有款没有缴清，请选“还有款没缴”请客户缴费，到账后再继续。",
    "bills_owed": "户号还有没缴的燃气费账单，请按本页“户号的账”填“没缴的账单”；客户刚缴的，等账销了再办。",
    "arrears_unsettled": "核对单上的气款没有缴清：还要收的选“没有缴清”，数不对的选“数据不对，重新核对气量”。",
    "form_missing": "这一步的表还没有填好，请先填好再继续。",
    "plan_missing": "采集计划里还没有内容，请先到“知识库”的采集任务里编好计划。",
    "ledger_missing": "台账还没有导入系统，请先到“客户台账”导入这一件的台账。",
    "customer_not_in_ledger": "台账里还没有这位新客户，请先到“客户台账”导入或登记；没开户的等开户后再办。",
    "articles_missing": "这一轮还没有写知识条目，请先到“知识库”的采集任务里写好再上报。",
    "documents_owed": "还有材料没有补齐，请补齐待补清单上的材料后再继续。",
}

_GENERIC: dict[str, str] = {
    "not_found": "没有找到您要看的内容，可能已被删除或链接有误，请返回上一页重新打开。",
    "forbidden": "您的岗位没有这项权限，如工作需要，请找管理员开通。",
    "method_not_allowed": "这个链接不能这样打开，请返回上一页重新操作。",
    "conflict": "内容刚刚有了变化，这次没有办成，请刷新页面后再试。",
    "invalid_input": "有几处填写得不对，请按红字提示改好后再提交。",
    "too_many_requests": "操作太频繁了，请稍等一分钟再试。",
    "idempotency_conflict": "这次提交与刚才的编号相同而内容不同，没有重复办理。请刷新页面，核对后再提交。",
    "internal_error": "这次没有办成，问题在我们这边，请过几分钟再试；仍不行请联系客服。",
    "unavailable": "暂时连不上所需的服务，请过几分钟再试；急事请拨打客服热线。",
    "database_unavailable": "系统正在恢复，请过一分钟再点一次，不会重复办理；急事请拨打客服热线。",
    "process_unknown": "没有找到这项业务，可能已经停办，请回到首页重新选择。",
}

_FILES: dict[str, str] = {
    "file_too_large": "文件太大了，请压缩或重新拍一张后再上传。",
    "file_kind_refused": "这种文件传不了，请传照片（JPG、PNG）或 PDF。",
    "file_unknown": "有照片或文件没有找到，可能已过期，请重新上传后再提交。",
    "link_expired": "这个链接已经过期，请回到页面刷新后再打开。",
    "files_too_many": "还没提交的文件太多了，请先提交申请，或过一天再传。",
    "signature_too_short": "签得太短，看不出是签名，请擦掉后写出名字。",
    "file_broken": "这个文件打不开，可能已损坏，请重新拍照或换一个文件上传。",
}

_SIGN_IN: dict[str, str] = {
    "not_signed_in": "您还没有登录，请登录后再继续。",
    "token_expired": "登录已过期，请重新登录后再继续。",
    "session_expired": "您离开得有点久，登录已失效，请重新登录。",
    "csrf_failed": "这个页面已经过期，请刷新页面后再提交一次。",
    "login_failed": "账号或密码不对，请核对后再试；忘记密码请找管理员重置。",
    "login_locked": "输错次数太多，账号已暂时锁定，请稍后再试，或找管理员解锁。",
    "password_must_change": "这是初始密码或密码已到期，请先设一个新密码再继续。",
    "sms_code_wrong": "验证码不对，请核对短信里的数字后重新输入。",
    "sms_code_expired": "验证码已过期，请重新获取一个。",
    "sms_code_too_often": "验证码发得太频繁了，请过一会儿再获取。",
    "captcha_wrong": "图形验证没有通过，请换一张再试。",
    "captcha_expired": "图形验证已过期，请换一张再试。",
}

_ORGANISATION: dict[str, str] = {
    "unit_taken": "这个单位编号或名称已经有了，请换一个。",
    "unit_unknown": "没有这个单位，请核对单位编号。",
    "post_unknown": "没有这个岗位或部门，请核对。",
    "post_not_givable": "这个岗位或部门不归本单位管，请找中心管理员加。",
    "staff_not_yours": "这个人的资料不归您改，请找中心管理员。",
    "username_taken": "这个账号已经有人用了，请换一个。",
    "area_taken": "这个地方已经有单位负责了，请在列表里找到它再改。",
    "area_in_use": "这个地方单独排过上门时段，不能去掉，可以改派给别的单位。",
    "changed_meanwhile": "您打开之后，别的同事刚改过这一条。请重新读取，看过新内容再改。",
}

_STAFF_SIDE: dict[str, str] = {
    "rejected_marks": "还有标为“要改”的内容，请退回给客户修改，或改判后再通过。",
    "document_not_owable": "这份材料不能容缺，请客户交齐后再通过。",
    "document_changed": "这张表刚刚被别人改过，请重新打开，看过新内容再填。",
    "document_too_large": "表里的内容太多，存不下了，请把文字写短一些或减少几行。",
    "item_unknown": "表单里没有这一项，请刷新页面后再试。",
    "handler_unknown": "本单位没有这位师傅，请从名单里重新选择。",
    "handler_absent": "这位师傅今天不在岗，请另选一位。",
    "unit_reason_required": "派给的不是地址所属的单位，请写明原因。",
    "unit_without_people": "这个单位没有人能接着办下一步，请另选一个单位。",
    "queue_unknown": "您的岗位没有这个列表，请从左侧重新选择。",
    "cursor_invalid": "翻页信息已经失效，请回到第一页重新查看。",
    "staff_unknown": "没有这位同事，请核对账号。",
    "reason_taken": "已经有一样的原因了，请换一个说法。",
    "command_unfit": "这一步用不上您填的内容，请刷新页面后再试。",
    "roster_taken": "这一天的这个顺位已经排了人，请改顺位或日期。",
    "area_taken": "这个小区或街道已经划给了一个单位，请先改掉原来的。",
    "file_not_csv": "这个文件不是 CSV 表格，请用导出的表格改好后再导入。",
    "import_refused": "表格里有几行填得不对，整份都没有导入，请按提示改好后再试。",
    "form_reason_missing": "请写明为什么改这张表，以后查得到。",
    "form_refused": "这张表有几处改得不对，还没有保存，请按提示改好后再保存。",
    "parameter_refused": "这个参数还没有改，请按提示改好后再保存。",
    "look_reason_required": "请写明为什么要查看完整内容。",
}

_EXTENSIONS: dict[str, str] = {
    "limit_missing": "这一步现在没有在走的时限，不用申请延期。",
    "limit_fixed": "报警等应急时限关系安全，不能延期，请马上办理；人手不够请联系负责人。",
    "limit_by_appointment": "这一步按约好的时间办，来不及请和客户改约时间。",
    "limit_broken": "这一步已经超期，超期记录不能取消，请尽快办完。",
    "extension_pending": "这一步已经有一条延期申请在等批，请等负责人答复，或请申请人先收回。",
    "not_the_handler": "只有这件的责任人、代办人或单位里管派工的人才能这样安排。",
    "co_handler_unknown": "这位同事现在不是协办人，请刷新页面。",
    "handler_same": "已经是这位同事负责，请另选一位。",
    "forward_not_open": "这件现在不能转给别的部门：要等安排了师傅、还没办完的时候。",
    "forward_unknown": "这类业务不能转给所选的部门，请从列表里重新选。",
    "forward_running": "这件已经转给一个部门了，请等答复回来再转。",
    "forward_unanswered": "转给别的部门的事还没有答复，先等一等。",
    "forward_unread": "部门已经答复，请经办人先点“已看答复，继续办”，再办这一步。",
    "own_work": "这一步要由另一位同事来做，因为前面的活是您办的。请同岗位在岗的同事审核。",
    "forward_without_department": "本单位没有这个部门的人，请选别的部门，或请负责人协调。",
    "forward_nobody_present": "这个部门现在没有人在岗，请打电话联系，或选别的部门。",
    "open_work_changed": "选中的办件里有的已经办结或已经换人，这次一件也没有移交。请重新打开看一遍再交。",
    "extension_settled": "这条延期申请已经处理过了，请刷新页面查看。",
    "extension_not_yours": "延期由单位负责人或客服中心负责人审批，自己申请的不能自己批。",
}

_PRINTING: dict[str, str] = {
    "document_not_filled": "这份单据还没有填好，填好交上后才能打印和签字。",
    "document_erased": "这份单据里的个人信息已按期清除，不能再查看和打印。",
    "signature_document_changed": "这份单据刚刚有改动，和您看到的不一样了。请重新打开，看过新内容再签。",
    "objection_after_signing": "您已经签过了。还有不对的地方，请打客服电话告诉我们。",
    "objected_often": "您写的我们都收到了，工作人员会联系您。着急请打客服电话。",
    "objection_settled": "这条异议刚刚已经有人答复，或单据已经改好、签好了，请刷新页面查看。",
    "objection_not_yours": "异议由经办人、填单人或负责人答复。",
    "already_signed": "这一方已经签过了，不用再签。",
    "signer_unknown": "这份单据上没有这个签字方，请刷新页面后再试。",
    "signer_not_yours": "这个签字要由对应的部门或客户本人来签。",
    "sign_code_not_offered": "暂时不能用短信验证码签，请改用手写签名。",
    "phone_needed": "您还没有绑定手机号，请先绑定，或者改用手写签名。",
    "print_too_many": "一次最多打印 30 件，请少选几件，分几次打印。",
    "print_nothing": "选中的办件里没有填好的这种单据，请换一种单据或另选办件。",
    "printing_unavailable": "打印用的字体还没有装好，暂时打印不了，请联系管理员。",
}

_PLATFORMS: dict[str, str] = {
    "platform_unavailable": "暂时连不上外部服务，您填的内容已保留，请过几分钟再试。",
    "platform_refused": "外部服务没有受理，问题在我们这边，请过一会儿再试；仍不行请联系客服。",
    "wechat_code_invalid": "微信登录已过期或已用过，请返回上一页，重新点一次登录。",
}

_APPOINTMENTS: dict[str, str] = {
    "slot_unknown": "这个时间段现在不能预约，请刷新后另选一个时间。",
    "slot_full": "这个时间段刚刚约满了，请另选一个时间。",
    "handler_busy": "师傅这个时间已经约了别家，请另选一个时间。",
    "hold_expired": "为您保留的时间已经过了，请重新选一个时间。",
    "appointment_not_open": "这件申请现在不需要预约上门，请刷新页面查看进度。",
    "appointment_too_late": "离上门时间太近，不能自己改了，请打电话联系师傅或客服。",
    "slot_rule_taken": "这几个钟头在这些日子里已经排了名额，请改原来的那一条，或先写上它的最后一天。",
    "slot_area_unknown": "这个单位不负责这个地方，请核对服务区域。",
    "appointment_fixed": "师傅已经出发或到达，预约不能再改，请打电话联系师傅。",
}

_REALTIME: dict[str, str] = {
    "realtime_unavailable": "实时更新暂时连不上，页面会每隔一会儿自动刷新，不影响办理。",
    "ticket_used": "实时连接已过期，页面会自动重新连接。",
}

_CUSTOMER_SIGN_IN: dict[str, str] = {
    "sign_in_not_offered": "现在还不能用这种方式登录，请换一种登录方式；急事请拨打客服热线。",
    "notice_changed": "《隐私说明》刚刚更新，请看过新的再同意；填的内容都还在。",
    "sign_in_state_invalid": "这次微信登录已经失效，请返回登录页重新点一次“微信登录”。",
    "wechat_code_invalid": "微信没有认可这次授权，请返回重新点一次。",
    "wechat_unavailable": "暂时连不上微信，请过几分钟再试，或改用手机验证码登录。",
}

_PAYMENTS: dict[str, str] = {
    "charge_not_open": "这笔费用已经收过或已经作废，请刷新页面核对，不要重复收款。",
    "receipt_taken": "这个入账单号已经登记过，请核对后重新填写。",
    "differs_from_books": "单子上的数和财务登记的不一样，请照登记的填；登记错了请找财务更正。",
}

_OPERATIONS: dict[str, str] = {
    "job_not_failed": "这项任务已经不在失败之列，可能已有人重试，请刷新列表。",
    "promise_not_repeatable": "这一种过时就没有用了，不能补发，请按对方收到与否记下结果。",
    "promise_settled": "这一条已经有了结果，不用再确认，请刷新列表。",
}

_APPLICATIONS: dict[str, str] = {
    "authorisation_expired": "代理人的授权书已经过了期限，请户主重新出一份，或由户主本人来办。",
    "authorisation_out_of_scope": "代理人的授权书没有授权办这一项，请户主另出一份，或由户主本人来办。",
    "service_unknown": "没有这项服务，或者暂时还不能在线办理，请回到首页重新选择，或拨打客服热线。",
    "form_changed": "这张表刚刚更新过，您填的内容还在，请刷新页面，看一下新增的内容再提交。",
    "area_not_served": "这条街道目前只能办列表里的小区，请核对；没有选错的，请拨打客服热线，我们帮您登记。",
    "duplicate_open": "这个地址的同一项服务您已经申请过，正在办理，可以先看进度；还要再办请选“仍然提交”。",
    "duplicate_at_address": "这个地址有一件同样的业务正在办理，请先看那一件；确实要再办，请选“仍然提交”。",
    "file_unknown": "有文件没有上传成功或已经失效，请删掉后重新上传。",
    "returned_unchanged": "退回的内容有的还没改，请改好标出的每一处，再点“再次提交”。",
    "draft_too_large": "内容太多，草稿存不下了，请把文字写短一些。",
    "rating_missing": "还没有打分，请选几颗星后再提交。",
    "already_rated": "这件申请您已经评价过了，谢谢。",
    "alarm_too_often": "报警已经收到多次，我们正在处理。情况危急请到室外直接拨打客服热线。",
    "alarm_not_possible": "线上报警暂时发不出去，请马上到室外拨打客服热线。",
}

_FORM_FIELDS: dict[str, str] = {
    "field_unknown": "表里没有这一项，请刷新页面后重新填写。",
    "too_long": "字数太多了，请写短一些。",
    "characters_refused": "里面有不能识别的字符，请删掉后重新输入。",
    "phone_invalid": "这个号码不对，请填 11 位手机号，或带区号的座机号。",
    "id_number_invalid": "身份证号不对，请核对 18 位号码。",
    "account_no_invalid": "户号不对，请对照燃气卡或缴费单核对 12 位数字。",
    "credit_code_invalid": "统一社会信用代码不对，请核对 18 位代码。",
    "option_unknown": "没有这个选项，请重新选择。",
    "option_not_chosen": "这里只能选前面已经选中的，请核对。",
    "date_invalid": "日期不对，请重新选择。",
    "datetime_invalid": "日期或时间不对，请重新选择。",
    "in_the_past": "这一天已经过了，请填今天或以后的日期。",
    "earlier_than_other": "这个时间早于它前面的时间，请核对。",
    "more_than_other": "这个数比另一项大，请核对。",
    "less_than_other": "这个数比另一项小，请核对。",
    "days_differ": "天数和起止日期不一致，请核对。",
    "after_limit": "晚于规定期限，请改日期；确实来不及的，写明原因。",
    "sum_differs": "金额和数量、单价算出来的对不上，请核对。",
    "rest_differs": "这个数和前面两项算出来的不一样，请核对。",
    "authorisation_expired": "授权书已经过了期限，请户主重新出一份，或由户主本人来办。",
    "authorisation_out_of_scope": "授权书没有授权办这一项，请户主另出一份，或由户主本人来办。",
    "number_invalid": "请填一个数字。",
    "decimals_too_many": "小数位太多了，请核对。",
    "money_invalid": "金额不对，请填到分为止的数。",
    "number_too_small": "这个数太小了，请核对。",
    "number_too_large": "这个数太大了，请核对。",
    "address_invalid": "地址填得不对，请重新选择小区再填门牌。",
    "address_incomplete": "地址不完整，请选好区、街道和小区，并填上门牌号。",
    "area_not_served": "这条街道目前只能办列表里的小区，请核对街道和小区；没有选错的，请拨打客服热线。",
    "rows_invalid": "表格填得不对，请刷新页面后重新填写。",
    "column_unknown": "表格里没有这一列，请刷新页面后重新填写。",
    "too_many_rows": "行数太多了，请删掉几行。",
    "too_many_files": "文件太多了，请删掉几个。",
    "too_few_files": "照片还没有拍齐，请补上。",
    "file_unknown": "有文件没有上传成功，请删掉后重新上传。",
    "not_mended": "这一项被退回了，请改好后再提交。",
    "still_unchanged": "这一处还没改，请改好后再提交。",
    "stars_invalid": "请选 1 到 5 颗星。",
}

_LINKS: dict[str, str] = {
    "link_unknown": "这个链接打不开，可能没有复制完整。请点短信里的原链接，或拨打客服热线。",
    "link_other_device": "这个链接在另一部手机上打开过，只能在那部手机上用。请换回那部手机，或重新要一条。",
    "link_expired": "这个链接已经过期。请让我们重新发一条，或拨打客服热线。",
    "link_replaced": "您已经打开过更新的链接，这一条不能用了。请点最新短信里的链接。",
    "link_case_closed": "这件业务已经办完，链接用不上了。要查办理结果，请拨打客服热线。",
    "link_not_for_this": "通过短信链接不能撤回申请，需要撤回请拨打客服热线。",
    "link_no_mobile": "这件业务没有登记客户的手机号，发不了短信链接，请打电话联系客户。",
    "link_not_offered": "短信链接还没有开通，请打电话联系客户。",
    "link_too_often": "链接刚刚发过，请先查收短信；收不到请过一会儿再发，或拨打客服热线。",
    "rating_over": "这一页已经用完或过期，请工作人员再打开一次评价。",
    "rating_elsewhere": "这次评价在另一台设备上打开了，请在那台设备上评价。",
}

_CONTRACTS: dict[str, str] = {
    "article_retired": "这条知识已经停用，请刷新后再看。",
    "article_drafted": "这条知识正在别的采集任务里改写，等那边发布后再改。",
    "too_many_articles": "一轮最多写 200 条知识，请先上报这一批。",
    "alarm_stays_on": "燃气报警不能全部关掉，请至少留短信或企业微信一种。",
    "contract_settled": "这份合同刚刚已经审批过了，请刷新页面再看。",
    "callback_refused": "这条通知没有通过验签，没有采用。",
}

# What is wrong with one field → the sentence beside it.
FIELD_TEXTS: dict[str, str] = {
    **IDENTITY_FIELD_TEXTS,
    "mobile_invalid": "请填写 11 位手机号码。",
    "sms_code_wrong": _SIGN_IN["sms_code_wrong"],
    "sms_code_expired": _SIGN_IN["sms_code_expired"],
    "wechat_code_invalid": _CUSTOMER_SIGN_IN["wechat_code_invalid"],
    "call_words_short": "请输完整的办件号、手机号或户号；按地址找要写小区和楼号，中间空一格。",
    "required": "这一项还没有填。",
    "hazards_found": "勾选了隐患，就不能按“没有隐患”交，请选“发现隐患”。没有隐患就去掉这里勾的。",
    "hazards_missing": "还没有勾选隐患，至少勾一条才能按“发现隐患”交；没有隐患，请选“没有隐患”。",
    "arrears_found": "写了要补缴的气款，就不能按不欠的交，请按要补缴的交；不欠的，去掉这个数。",
    "contract_unapproved": "合同审批通过以后才能签，这里先空着。",
    "arrears_missing": "剩余气量不是负数，就不算欠。欠的改成负数，再写要补缴的气款；不欠的按不欠的交。",
    "number_given": "编号由系统在交表时编，不用填。",
    "invalid": "这一项填得不对，请核对后重填。",
    "password_wrong": "原密码不对，请重新输入。",
    "password_same": "新密码不能和原密码一样。",
    "password_length": "新密码要有 10 到 200 个字符。",
    "password_guessable": "这个密码容易被猜到，请不要包含账号或总是重复几个字符。",
    "absence_ends_early": "回来的日子不能早于请假的第一天，也不能早于今天。",
    "alarm_stays_on": "燃气报警不能全部关掉，请至少留短信或企业微信一种。",
    "tariff_limits_crossed": "第二档的上限要大于第一档的上限，两个都要大于零。",
    "tariff_prices_fall": "各档单价要大于零，后一档不能比前一档便宜。",
    "tariff_day_over": "生效日不能早于今天，以前的价格客户已经看过了。",
    "term_over": "最后一天不能早于今天，也不能早于开始的那天，请重选。",
    "account_no_wrong": "户号有误，12 位数字里可能抄错了一位，请对照账单核对。",
    "wecom_userid_invalid": "企业微信账号只有字母、数字和 . _ @ -，最多 64 个，请核对。",
    "wecom_userid_taken": "这个企业微信账号已经是别的同事的，请核对。",
    "centre_stays_open": "中心不能停用。",
    "day_to_come": "不能写还没到的日子。",
    "day_past": "不能选已经过去的日子。",
    "plan_ends_early": "最后一天不能早于第一天。",
    "ends_before_start": "失效日期不能早于生效日期。",
    "deputy_unfit": "代办人要是本单位另一位可以上门的同事。",
    "deputy_absent": "这位同事自己也请假了，请另选一位。",
    "extension_not_later": "新的期限要晚于现在的期限。",
    "extension_too_far": "最多只能延长 180 天。",
    **_FORM_FIELDS,
}

# Code → the sentence to show. Sentences hold no place-holders: what differs is in ``fields``.
_PLANS: dict[str, str] = {
    "plan_empty": "选的范围里没有可以进计划的户号，请看下面的原因，改好再做。",
    "plan_too_large": "一份计划最多 5000 户，请缩小范围，分成几份来做。",
    "plan_over": "这份计划的日子已经过了，请删掉后重做一份。",
    "plan_dropped": "这份计划已经删掉了，请重做一份。",
    "plan_started": "这份计划已经开始开工单，不能删了。多开的工单请逐件取消。",
}

ERROR_TEXTS: dict[str, str] = {
    **_ENGINE,
    **_GUARDS,
    **_GENERIC,
    **_FILES,
    **_SIGN_IN,
    **_ORGANISATION,
    **_STAFF_SIDE,
    **_EXTENSIONS,
    **_PRINTING,
    **_PLATFORMS,
    **_APPOINTMENTS,
    **_REALTIME,
    **_CUSTOMER_SIGN_IN,
    **_PAYMENTS,
    **_OPERATIONS,
    **_APPLICATIONS,
    **_LINKS,
    **_CONTRACTS,
    **TEMPLATE_TEXTS,
    **ACCOUNT_TEXTS,
    **IMPORT_TEXTS,
    **IDENTITY_TEXTS,
    **_PLANS,
}
