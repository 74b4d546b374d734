/** Exact decimals as text: compared, subtracted and averaged without ever becoming a float. */
interface Exact {
  digits: bigint;
  scale: number;
}

function read(text: string): Exact {
  const [whole = '0', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

function write({ digits, scale }: Exact): string {
  const sign = digits < 0n ? '-' : '';
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  return sign + (scale ? `${all.slice(0, -scale)}.${all.slice(-scale)}` : all);
}

/** A number with its decimal point moved so many places to the right; no digit comes or goes but zeros before or after. */
export function moved(text: string, places: number): string {
  const { digits, scale } = read(text);
  if (places >= scale) return write({ digits: digits * 10n ** BigInt(places - scale), scale: 0 });
  const out = write({ digits, scale: scale - places });
  // 1400 is 140, not 140.0: a whole number does not get decimals for nothing.
  return scale ? out : out.replace(/\.?0+$/, '');
}

function level(a: string, b: string): { x: bigint; y: bigint; scale: number } {
  const [m, n] = [read(a), read(b)];
  const scale = Math.max(m.scale, n.scale);
  return { x: m.digits * 10n ** BigInt(scale - m.scale), y: n.digits * 10n ** BigInt(scale - n.scale), scale };
}

export function compare(a: string, b: string): number {
  const { x, y } = level(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

export function minus(a: string, b: string): string {
  const { x, y, scale } = level(a, b);
  return write({ digits: x - y, scale });
}

export const sum = (texts: string[]): string =>
  texts.reduce((a, b) => {
    const { x, y, scale } = level(a, b);
    return write({ digits: x + y, scale });
  }, '0');

/** The middle value; between two, their mean to one digit more, which is always exact. */
export function median(texts: string[]): string | undefined {
  const sorted = [...texts].sort(compare);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) return undefined;
  if (compare(upper, lower) === 0) return upper;
  const { x, y, scale } = level(upper, lower);
  const text = write({ digits: (x + y) * 5n, scale: scale + 1 });
  return text.replace(/0$/, '').replace(/\.$/, '');
}

/** `a` over `b` as a text of so many places, rounded half to even; nothing when `b` is zero. */
export function over(a: string, b: string, places: number): string | undefined {
  const { x, y } = level(a, b);
  if (y === 0n) return undefined;
  const negative = x < 0n !== y < 0n;
  const [p, q] = [(x < 0n ? -x : x) * 10n ** BigInt(places), y < 0n ? -y : y];
  let digits = p / q;
  const rest = (p % q) * 2n;
  if (rest > q || (rest === q && digits % 2n === 1n)) digits += 1n;
  return write({ digits: negative ? -digits : digits, scale: places });
}

/** `part` in per cent of `whole`, to so many places. */
export function share(part: string, whole: string, places: number): string | undefined {
  const { digits, scale } = read(part);
  return over(write({ digits: digits * 100n, scale }), whole, places);
}

/** At most so many places, rounded half to even: for sums and areas that carry more than a reader needs. */
export const round = (text: string, places: number): string =>
  read(text).scale <= places ? text : (over(text, '1', places) ?? text);
