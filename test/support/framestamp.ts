/**
 * Reads the frame counter that the `framestamp` element draws. The layout is defined in native/touchline/framestamp.c;
 * this is written from that description and shares no code with it.
 */

const COLUMNS = 16;
const ROWS = 3;
const PATTERN = 0xb2;
const THRESHOLD = 125;

/** A luma plane of 8 bits per pixel: the Y plane of I420 or NV12, or a GRAY8 picture. Stride in bytes. */
export interface LumaPlane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
}

function crc8(counter: number): number {
  let crc = 0;
  for (const shift of [24, 16, 8, 0]) {
    crc ^= (counter >>> shift) & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x80) === 0 ? crc << 1 : (crc << 1) ^ 0x07) & 0xff;
  }
  return crc;
}

function blockIsWhite(plane: LumaPlane, column: number, row: number, blockSize: number): boolean {
  const margin = Math.floor(blockSize / 4);
  let sum = 0;
  let pixels = 0;
  for (let y = row * blockSize + margin; y < (row + 1) * blockSize - margin; y++) {
    for (let x = column * blockSize + margin; x < (column + 1) * blockSize - margin; x++) {
      sum += plane.data[y * plane.stride + x] ?? 0;
      pixels++;
    }
  }
  return sum / pixels > THRESHOLD;
}

function readRow(plane: LumaPlane, row: number, blockSize: number): number {
  let bits = 0;
  for (let column = 0; column < COLUMNS; column++) {
    bits = (bits << 1) | (blockIsWhite(plane, column, row, blockSize) ? 1 : 0);
  }
  return bits;
}

/** The counter in the picture (0 .. 2^32-1), or null when the picture is too small or holds no intact stamp. */
export function readFrameStamp(plane: LumaPlane, blockSize = 8): number | null {
  if (plane.width < COLUMNS * blockSize || plane.height < ROWS * blockSize) return null;
  const head = readRow(plane, 0, blockSize);
  const counter = ((readRow(plane, 1, blockSize) << 16) | readRow(plane, 2, blockSize)) >>> 0;
  return head === ((PATTERN << 8) | crc8(counter)) ? counter : null;
}

/** The counters of consecutive tightly packed GRAY8 pictures, as `ffmpeg -f rawvideo -pix_fmt gray -` writes them. */
export function readFrameStamps(gray: Uint8Array, width: number, height: number, blockSize = 8): (number | null)[] {
  const size = width * height;
  const counters: (number | null)[] = [];
  for (let offset = 0; offset + size <= gray.length; offset += size) {
    const data = gray.subarray(offset, offset + size);
    counters.push(readFrameStamp({ data, width, height, stride: width }, blockSize));
  }
  return counters;
}
