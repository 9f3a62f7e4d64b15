/** Pieces that are made in one round of the event loop. */
const PIECES_MAX = 4;

/** One line for all: there is one event loop. */
const line: (() => void)[] = [];
let free = PIECES_MAX;

/**
 * The same pieces, each made when its turn has come among all that are being made. Node.js takes one new
 * connection in a round of the event loop: if hundreds of answers had a piece in each, whoever comes
 * then would wait until all of them are done.
 */
export async function* inTurn<T>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      await takeTurn();
      const next = await iterator.next().finally(giveTurn);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function takeTurn(): Promise<void> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => line.push(resolve));
}

/** In the next round; pieces that lie ready would otherwise all be in this one. */
function giveTurn(): void {
  setImmediate(() => {
    const next = line.shift();
    if (next === undefined) free += 1;
    else next();
  });
}
