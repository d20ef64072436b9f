"""What staff's lists call a step, where the manual's name of it is a department's word. Pure.

The processes keep the manual's names, by which they are compared with it. What stands here is read at a
glance, in a column: what is to be done, in the words of somebody who does it.
"""

from __future__ import annotations

from collections.abc import Mapping

from backend.catalogue.definition import Step

_DISPATCH = "派发工单"
_WORDS: Mapping[str, str] = {
    "委派人员支撑工单": "委派人员",
    "支撑工单": "办理",
    "回复工单": "填写回复",
    "记录工单": "记录结果",
    "记录信息、派发工单": _DISPATCH,
    "记录信息派发工单": _DISPATCH,
    "记录详细信息并派发工单": _DISPATCH,
    "致电并补派工单": "打电话并派单",
    "新投诉判定": "看是不是新投诉",
    "投诉级别判定": "定投诉级别",
    "转投诉(1级)处理流程": "按1级投诉办理",
    "转投诉(2、3级)处理流程": "按2、3级投诉办理",
    "询问客户是否需要其他帮助": "问还有没有别的事",
    "指导客户采取现场应急处置措施并告知安全注意事项": "教客户先处置",
    "建议客户通过客户端自行查询或到线下服务网点查询": "告诉客户到哪里查",
    "通过人脸识别/查询系统核对客户信息": "核对客户身份",
    "向客户解释不符合安装条件原因并提出解决建议": "说明为什么装不了",
    "上传系统同时上报96602客服中心": "上传并报客服中心",
    "核实缴费信息,符合合同约定": "核实款项缴清",
    "核实缴费信息": "核实款项缴清",
    "客户缴费(按面积或按定额)": "客户缴费",
    "再次核对用气款是否全额缴纳": "再查气款缴清没有",
    "询问客户是否拆除燃气设施": "问客户拆不拆设施",
    "停气、拆除燃气设施并封堵": "停气、拆除",
    "询问客户是否方便接受回访": "问客户方不方便",
    "询问客户方便接受回访时间": "问什么时间方便",
    "做安全宣传并向客户致谢": "讲安全、致谢",
    "二次呼出": "再打一次电话",
    "在线回访": "回访客户",
    "回访流程": "电话回访",
    "收费流程": "收费",
    "维修流程": "维修",
    "线上开户流程": "开户",
    "转安装流程": "安装",
    "转拆除流程": "拆除",
    "转销户流程": "销户",
    "相关业务流程": "转办业务",
    "核实监督与评价指标考核结果": "核对考核结果",
    "资金归集": "确认到账",
    "置换通气": "通气",
}


def name_step(step: Step) -> str:
    """Return what staff's lists call ``step``."""
    return _WORDS.get(step.name, step.name)


def list_renamed() -> frozenset[str]:
    """Return the manual's names that are called otherwise here."""
    return frozenset(_WORDS)
