/** A box of an MP4 that holds nothing; `bytes` is its length with the header. */
export function box(type: string, bytes: number, large = false): Buffer {
  const all = Buffer.alloc(bytes);
  all.writeUInt32BE(large ? 1 : bytes, 0);
  all.write(type, 4, 'latin1');
  if (large) all.writeBigUInt64BE(BigInt(bytes), 8);
  return all;
}
