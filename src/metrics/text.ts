/**
 * Text under construction, as UTF-8. Joining strings piece by piece costs more CPU, and garbage of
 * several times the size of the text.
 */
export class Text {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  copy(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#length);
    this.#length += source.length;
  }

  /** For short text: faster than a call of `write`. */
  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i += 1) {
      this.#bytes[this.#length + i] = text.charCodeAt(i);
    }
    this.#length += text.length;
  }

  utf8(text: string): void {
    this.#reserve(3 * text.length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** Returns the text so far, valid until more is added, and starts an empty one. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(2 * needed);
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
