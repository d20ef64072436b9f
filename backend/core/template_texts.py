"""What people read when a contract's template or its wording is refused; see error_texts."""

from __future__ import annotations

TEMPLATE_TEXTS: dict[str, str] = {
    "template_unknown_blank": "范本里有表单没有的空，没有导入。请按下面逐行的提示改好再导入。",
    "template_blank_missing": "范本里缺少必填的空，没有导入。请按下面的提示补上再导入。",
    "template_blank_unfit": "范本里有不能写进正文的空，没有导入。请按下面逐行的提示改好再导入。",
    "template_figure_taken": "范本里把表单的空写成了固定数字，没有导入。请按下面逐行的提示改好再导入。",
    "template_mark_broken": "范本里有没写完整的记号，没有导入。请按下面逐行的提示改好再导入。",
    "template_markup_refused": "范本里有网页或程序代码，没有导入。范本只能是文字和空，请按提示删掉。",
    "template_characters_refused": "范本里有看不见的控制字符，没有导入。请按下面逐行的提示删掉。",
    "template_line_too_long": "范本里有太长的段落，没有导入。请按下面的提示分成几段。",
    "template_too_large": "范本太大了，最多 200 KB。范本只放文字，图片和扫描件请去掉。",
    "template_wrong_encoding": "这个文件读不出来。请在记事本里另存为 UTF-8 再导入；Word 请复制文字后粘贴。",
    "template_empty": "范本里没有文字，请选对文件或把合同正文贴进来。",
    "contract_blank_open": "合同里还有必填的空没有填，填好后才能签。请按红字提示填好再提交。",
}
