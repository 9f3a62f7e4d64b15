/** One configuration error. */
export interface Problem {
  /** As the user wrote it: `--poll.timeout`, `WHATSAPP_POLL_TIMEOUT`, `poll.timeout (FILE:3:5)`. */
  readonly name: string;
  /** The rest of a sentence whose subject is the name. Never contains a secret. */
  readonly problem: string;
  readonly meaning: string;
  readonly example: string;
}
