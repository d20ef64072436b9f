"""What people read when a whole file of customers is refused, and when a row of any table cannot be read.

What a row may not say has its sentences where the table is taken in.
"""

from __future__ import annotations

IMPORT_TEXTS: dict[str, str] = {
    "import_kind_refused": "只能导入 CSV 或 Excel（.xlsx）文件，请另存为这两种再上传。",
    "import_file_empty": "这个文件是空的，请重新选择。",
    "import_file_too_large": "文件太大了，请分成几个文件再导入。",
    "import_piece_wrong": "上传的内容对不上，请重新选择文件再传一次。",
    "import_pieces_missing": "文件还没有传完整，请再点一次上传，会接着传。",
    "import_file_unreadable": "这个文件打不开，不是有效的 CSV 或 Excel，请用模板另存后再上传。",
    "import_excel_too_large": "这个 Excel 里的文字太多，请另存为 CSV 再上传。",
    "import_columns_wrong": "表头和模板对不上，请下载模板，照着表头改好再上传。",
    "import_state_wrong": "这次导入已经走到别的步骤，请刷新后再看。",
    "import_rows_blank": "表格里空行太多，看不出是客户清单。请删掉空行，重新上传。",
    "import_too_many_refused": "有问题的行太多，这次不再往下读。请照清单改好表格，重新上传。",
    "difference_decided": "这一条同事已经处理过了，请重新读取。",
    "difference_not_taken": "这个值写不进本厅，没有改动。请看旁边的原因，在主系统里改好再来。",
    "import_file_lost": "上传的文件找不到了，请重新上传。",
}

ROW_TEXTS: dict[str, str] = {
    "line_too_long": "这一行太长，不像表里的资料，请检查。",
    "quote_open": "这一行的引号没有成对，请改好引号。",
    "characters_refused": "有看不见的控制字符或乱码，请重新输入这一行。",
    "encoding_mixed": "这一行的文字编码和表头不一样，请把整张表另存为 UTF-8 再导入。",
    "cells_too_many": "这一行的格数比表头多，请检查是否多了逗号。",
}
