import type { Service, Values } from '@/api/types'

/**
 * Tell whether the words of a form sound like a leak. It only asks whoever writes: a form is read in office hours, and
 * nobody is held up who means something else. The list comes with the form: the server marks by the same one what was
 * sent all the same.
 */
export function soundsLikeLeak(values: Values, words: Service['leak_words']): boolean {
  const signs = new RegExp(words.signs)
  const denied = new RegExp(words.denied, 'g')
  return Object.values(values).some((value) => typeof value === 'string' && signs.test(value.replace(denied, '')))
}
