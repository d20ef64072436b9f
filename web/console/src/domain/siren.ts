/** The alarm's own sound, made on the spot: two falling tones, unlike anything else on these computers. */

export class Siren {
  private context: AudioContext | null = null
  private timer: ReturnType<typeof setInterval> | undefined
  private readonly wake = () => void this.context?.resume()

  /** Ring until `stop`. Where the browser still forbids sound, the first key or click brings it. */
  start(): void {
    if (this.timer) return
    this.context ??= new AudioContext()
    void this.context.resume()
    document.addEventListener('pointerdown', this.wake)
    document.addEventListener('keydown', this.wake)
    this.ring()
    this.timer = setInterval(() => this.ring(), 1400)
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
    document.removeEventListener('pointerdown', this.wake)
    document.removeEventListener('keydown', this.wake)
    void this.context?.suspend()
  }

  get isSilent(): boolean {
    return this.context?.state !== 'running'
  }

  private ring(): void {
    const context = this.context
    if (!context) return
    for (const [offset, from, to] of [[0, 1100, 760], [0.55, 1320, 880]] as const) {
      const at = context.currentTime + offset
      const tone = context.createOscillator()
      const loudness = context.createGain()
      tone.type = 'square'
      tone.frequency.setValueAtTime(from, at)
      tone.frequency.exponentialRampToValueAtTime(to, at + 0.45)
      loudness.gain.setValueAtTime(0.0001, at)
      loudness.gain.exponentialRampToValueAtTime(0.18, at + 0.03)
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.5)
      tone.connect(loudness).connect(context.destination)
      tone.start(at)
      tone.stop(at + 0.52)
    }
  }
}
