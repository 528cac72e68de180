/**
 * `touchline-camera --check`: builds each pipeline text that comes in on stdin (a JSON array of strings) without
 * running it, and prints a JSON array with `null` or GStreamer's complaint for each. In a process of its own, because
 * a broken plugin can take its process down.
 */
import { text } from 'node:stream/consumers';
import { Type } from '#typebox';
import { compileSchema } from '../../lib/schema.js';
import { loadGStreamer } from './gst.js';

export async function runCheck(): Promise<void> {
  const texts = compileSchema(Type.Array(Type.String())).parseJson(await text(process.stdin));
  if (!texts.ok) {
    process.stderr.write('stdin must hold a JSON array of pipeline texts\n');
    process.exit(2);
  }
  const create = loadGStreamer();
  const complaints = texts.value.map((pipeline) => {
    try {
      create(pipeline);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  });
  process.stdout.write(`${JSON.stringify(complaints)}\n`);
}
