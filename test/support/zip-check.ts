/** What a zip reader that is not ours says about a zip. */
import { execa } from '#execa';
import Type, { type Static } from '#typebox';
import { compileSchema } from '../../src/lib/schema.js';

const Contents = Type.Object({
  /** Name of the first entry whose checksum is wrong. */
  damaged: Type.Union([Type.String(), Type.Null()]),
  /** Content of the smallest entry. */
  smallest: Type.String(),
  entries: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Integer(), stored: Type.Boolean(), crc: Type.Integer(), local: Type.String() })),
});
export type ZipContents = Static<typeof Contents>;
const contents = compileSchema(Contents);

const SCRIPT = `
import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
if sys.argv[2]: z.extractall(sys.argv[2])
small = min(z.infolist(), key=lambda i: i.file_size, default=None)
print(json.dumps({
  'damaged': z.testzip() if sys.argv[3] == 'all' else None,
  'smallest': z.read(small).decode('latin1') if small else '',
  'entries': [{'name': i.filename, 'bytes': i.file_size, 'stored': i.compress_type == 0 and i.compress_size == i.file_size,
               'crc': i.CRC, 'local': '%04d-%02d-%02d %02d:%02d:%02d' % i.date_time} for i in z.infolist()]}))
`;

export interface ReadZipOptions {
  readonly unpackInto?: string;
  /** Default true: every checksum is tried. */
  readonly all?: boolean;
}

/** Reads it, and unpacks it when there is a folder to unpack into. Rejects what is no zip. */
export async function readZip(path: string, { unpackInto = '', all = true }: ReadZipOptions = {}): Promise<ZipContents> {
  const { stdout } = await execa('python3', ['-c', SCRIPT, path, unpackInto, all ? 'all' : 'smallest']);
  const checked = contents.parseJson(stdout);
  if (!checked.ok) throw new Error(`unexpected: ${stdout}`);
  return checked.value;
}
