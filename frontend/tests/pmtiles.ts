/** Writes PMTiles archives of one tile, 1/1/0: the north-east quarter of the world, with made-up things in it. */
type Point = [number, number];
interface Feature {
  line?: Point[];
  polygon?: Point[];
}

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)]);
const zigzag = (n: number): number => (n << 1) ^ (n >> 31);
const field = (number: number, bytes: number[]): number[] => [
  ...varint((number << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (value: string): number[] => [...Buffer.from(value)];

function commands(points: Point[], close: boolean): number[] {
  let [x, y] = [0, 0];
  const steps = points.map(([px, py]) => {
    const step = [zigzag(px - x), zigzag(py - y)];
    [x, y] = [px, py];
    return step;
  });
  const [first = [], ...rest] = steps;
  return [9, ...first, (rest.length << 3) | 2, ...rest.flat(), ...(close ? [15] : [])].flatMap(varint);
}

/** A vector tile: for each layer the features it holds, in units of the tile (4096 a side). */
export function mvt(layers: Record<string, Feature[]>): Buffer {
  const features = (list: Feature[]): number[] =>
    list.flatMap(({ line, polygon }, k) => {
      const geometry = commands(line ?? polygon ?? [], polygon !== undefined);
      return field(2, [0x08, ...varint(k + 1), 0x18, polygon ? 3 : 2, ...field(4, geometry)]);
    });
  const tile = Object.entries(layers).flatMap(([name, list]) =>
    field(3, [...field(1, text(name)), ...features(list), 0x28, ...varint(4096), 0x78, 2]),
  );
  return Buffer.from(tile);
}

/** The archive: header, a directory with one entry, metadata, the tile. Nothing is compressed. */
export function pmtiles(type: 'mvt' | 'png', tile: Buffer, metadata: Record<string, unknown>): Buffer {
  const said = Buffer.from(JSON.stringify(metadata));
  // One entry: its id, how many tiles it stands for, its length, its offset and one.
  const directory = Buffer.from([1, 4, 1, tile.length, 1].flatMap(varint));
  const header = Buffer.alloc(127);
  header.write('PMTiles');
  header.writeUInt8(3, 7);
  const parts = [directory.length, said.length, 0, tile.length];
  parts.reduce((offset, length, k) => {
    header.writeBigUInt64LE(BigInt(offset), 8 + k * 16);
    header.writeBigUInt64LE(BigInt(length), 16 + k * 16);
    return offset + length;
  }, header.length);
  [72, 80, 88].forEach((at) => header.writeBigUInt64LE(1n, at));
  // Clustered, nothing compressed, the type of the tile, zooms 1 to 1.
  [1, 1, 1, type === 'mvt' ? 1 : 2, 1, 1].forEach((value, k) => header.writeUInt8(value, 96 + k));
  [0, 0, 180, 85].forEach((degrees, k) => header.writeInt32LE(degrees * 1e7, 102 + k * 4));
  return Buffer.concat([header, directory, said, tile]);
}
