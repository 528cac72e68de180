/** The binding that the camera host uses, for tests that let GStreamer read a pipeline without running it. */
import { createRequire } from 'node:module';
import { compileSchema } from '../../src/lib/schema.js';
import { Type } from '#typebox';
import { PLUGIN_PATH } from './pipeline-tools.js';

export interface ParsedPipeline {
  /** A property of a named element as text. */
  property(element: string, name: string): string | null;
}

type Binding = { readonly Pipeline: new (text: string) => { findChild(name: string): unknown } };

function isBinding(value: unknown): value is Binding {
  return typeof value === 'object' && value !== null && 'Pipeline' in value && typeof value.Pipeline === 'function';
}

const readable = compileSchema(Type.Record(Type.String(), Type.Unknown()));

/** Loads GStreamer into this process. `parse` throws GStreamer's own message. */
export function loadBinding(): { parse(text: string): ParsedPipeline } {
  process.env['GST_PLUGIN_PATH'] = PLUGIN_PATH;
  process.env['LC_ALL'] = 'C';
  const loaded: unknown = createRequire(import.meta.url)('gstreamer-superficial');
  if (!isBinding(loaded)) throw new Error('gstreamer-superficial has another shape than expected');
  return {
    parse: (text) => {
      const pipeline = new loaded.Pipeline(text);
      return {
        property: (element, name) => {
          const child = readable.check(pipeline.findChild(element));
          const value = child.ok ? child.value[name] : undefined;
          return typeof value === 'string' ? value : null;
        },
      };
    },
  };
}
