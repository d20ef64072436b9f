/** How an import of customers reads on the screen. */
import type { AccountImport, ImportCommand } from '@/api/accountImports'
import { Problem } from '@/api/client'

type State = AccountImport['state']

const STATES: Record<State, { text: string; mark: string }> = {
  uploading: { text: '没有传完', mark: 'grey' },
  uploaded: { text: '等检查', mark: 'amber' },
  checking: { text: '正在检查', mark: 'blue' },
  check_stopped: { text: '检查已暂停', mark: 'amber' },
  checked: { text: '检查完了，等导入', mark: 'amber' },
  importing: { text: '正在导入', mark: 'blue' },
  import_stopped: { text: '导入已暂停', mark: 'amber' },
  done: { text: '已导入', mark: 'green' },
  failed: { text: '没有完成', mark: 'red' },
  dropped: { text: '已放弃', mark: 'grey' },
}

const COMMANDS: Record<ImportCommand, string> = {
  check: '检查',
  start: '开始导入',
  stop: '暂停',
  resume: '继续',
  drop: '放弃',
}

const NOTHING_TO_DO = { text: '检查完了，没有要导入的', mark: 'grey' }

export const tellState = (one: AccountImport) => (tellWhyNotStart(one) ? NOTHING_TO_DO : STATES[one.state])

/** Why a checked file is not worth importing, or nothing where at least one row would bring something. */
export function tellWhyNotStart(one: AccountImport): string {
  const { created, changed, unchanged, refused } = one.counts
  if (one.state !== 'checked' || created || changed) return ''
  if (refused) return `${unchanged ? '其余' : '每一'}行都有问题，没有可以导入的。请按“看有问题的行”改好表格，再重新上传。`
  return unchanged ? '这些客户系统里都有了，资料也一样，不用再导入。' : '表格里只有表头，没有客户。请填好再重新上传。'
}

export const isRunning = (one: AccountImport): boolean => one.state === 'checking' || one.state === 'importing'

/** What can be done now, as buttons in the order in which they stand; the server says what. */
export function listButtons(one: AccountImport): { command: ImportCommand; text: string }[] {
  return one.commands
    .filter((command): command is ImportCommand => command in COMMANDS)
    .map((command) => ({ command, text: command === 'check' && one.state === 'checked' ? '再检查一遍' : COMMANDS[command] }))
}

/** What became of the rows, or what would; those that are none are not told. */
export function tellCounts(one: AccountImport): string {
  const would = one.state === 'done' || one.state.startsWith('import') ? '' : '会'
  const { created, changed, unchanged, refused } = one.counts
  return [
    created && `${would}新增 ${created} 户`,
    changed && `${would}更新 ${changed} 户`,
    unchanged && `${unchanged} 户没有变化`,
    refused && `${refused} 行有问题`,
  ]
    .filter(Boolean)
    .join('，')
}

/** The headings that are wrong, told by name, beside the sentence of the refusal. */
export function tellColumns(thrown: unknown): string[] {
  if (!(thrown instanceof Problem) || thrown.code !== 'import_columns_wrong') return []
  const named = (key: string): string => (Array.isArray(thrown.extra[key]) ? (thrown.extra[key] as string[]).join('、') : '')
  return [
    named('missing') && `缺少：${named('missing')}`,
    named('unknown') && `不认识：${named('unknown')}`,
    named('doubled') && `重复：${named('doubled')}`,
  ].filter((one): one is string => Boolean(one))
}
