import { commandIdFor, settleIntention } from './intentions'
import { Problem } from './problem'

/**
 * Send `body` with the command id of this intention. The id is given up once the server has answered for good;
 * where no answer came it stays, so that the repeat is recognised. Throws Problem.
 */
export async function sendCommand<T>(
  name: string,
  body: object,
  send: (withId: object) => Promise<T>,
): Promise<T> {
  const command_id = commandIdFor(name, body)
  try {
    const answer = await send({ command_id, ...body })
    settleIntention(name)
    return answer
  } catch (thrown) {
    if (thrown instanceof Problem && !thrown.isOutcomeUnknown && thrown.status !== 401) settleIntention(name)
    throw thrown
  }
}
