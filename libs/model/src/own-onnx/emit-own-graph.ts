import { GraphBuilder, type Value } from '../onnx/graph-builder.js';
import { ELEMENT_TYPE } from '../onnx/onnx-messages.js';
import { checkOwnOnnx, type OwnOnnxPorts } from './check-own-onnx.js';
import { outlineOwnOnnx } from './own-onnx-outline.js';
import type { OwnOnnxSpec } from './own-onnx-spec.js';
import { messageField, numberField, rawFields } from './raw-message.js';

/** Changes whenever what is put around a model does; part of the name of a cached graph. */
export const OWN_GRAPH_VERSION = 1;

/** Field numbers of `ModelProto` and `GraphProto` in onnx.proto. */
const MODEL_FIELD = { irVersion: 1, graph: 7 } as const;
const GRAPH_FIELD = { name: 2, input: 11, output: 12 } as const;

/** Since this version of the format a constant need not be an input too. */
const OLDEST_IR_VERSION = 4;

const COLOURS = 3;

/**
 * Somebody's ONNX model as a backend wants it: it takes pixels and gives softmax scores, as the graphs do
 * that are made here. Its own graph is kept to the byte, whatever operators it has; its one input becomes
 * a value that is made of the pixels, and its output one that scores are made of.
 *
 * Inputs, in this order: pixels uint8 [N, size, size, 3], RGB; flags uint8 [N], 1 where a picture is to be
 * flipped. Output: scores float32 [N, classes]. N is a number where the model takes only so many. Names begin
 * with what no name in the model begins with.
 *
 * @param path names the file in messages
 * @throws CroplineError `MODEL_FILE_INVALID`, `MODEL_SPEC_INVALID`, `MODEL_UNSUPPORTED`
 */
export function emitOwnGraph(
  model: Uint8Array,
  spec: OwnOnnxSpec,
  path: string,
): Uint8Array<ArrayBuffer> {
  const outline = outlineOwnOnnx(model, path);
  const ports = checkOwnOnnx(outline, spec, path);
  const prefix = unusedPrefix(model);
  const fields = rawFields(model);
  const theirs = fields
    .filter(({ number }) => number === MODEL_FIELD.graph)
    .flatMap(({ content }) => rawFields(content ?? new Uint8Array()))
    .filter(({ number }) => number !== GRAPH_FIELD.input && number !== GRAPH_FIELD.output)
    .map(({ bytes }) => bytes);
  // Nodes stand in the order in which they run.
  const graph = [before(ports, spec, prefix), ...theirs, after(ports, spec, prefix)];
  const rest = fields.filter(
    ({ number }) => number !== MODEL_FIELD.graph && number !== MODEL_FIELD.irVersion,
  );
  const irVersion = Math.max(outline.irVersion, OLDEST_IR_VERSION);
  return new Uint8Array(
    Buffer.concat([
      numberField(MODEL_FIELD.irVersion, irVersion),
      ...rest.map(({ bytes }) => bytes),
      messageField(MODEL_FIELD.graph, Buffer.concat(graph)),
    ]),
  );
}

/** What no name in a model begins with, as it is nowhere in its bytes. */
function unusedPrefix(model: Uint8Array): string {
  const bytes = Buffer.from(model.buffer, model.byteOffset, model.byteLength);
  let prefix = 'cropline/';
  while (bytes.includes(prefix)) prefix = `cropline-${prefix}`;
  return prefix;
}

/**
 * From pixels to the model's input. Flipped is what the reversed picture differs by, times the flag; these
 * operators are there in every opset, and whole numbers lose nothing by it.
 */
function before({ input, batch }: OwnOnnxPorts, spec: OwnOnnxSpec, prefix: string): Uint8Array {
  const graph = new GraphBuilder();
  const named = (name: string): string => `${prefix}${name}`;
  const node = (operator: string, name: string, ...inputs: Value[]): Value =>
    graph.node(operator, named(name), inputs);
  const { size, channels, mean, scale } = spec.input;
  const count = batch ?? 'N';
  const pixels = graph.input(named('pixels'), 'uint8', [count, size, size, COLOURS]);
  const mirrored = graph.input(named('mirrored'), 'uint8', [count]);
  const cast = (name: string, value: Value, to: number): Value =>
    graph.node('Cast', name, [value], { to });
  const gather = (name: string, value: Value, axis: number, order: readonly number[]): Value =>
    graph.node('Gather', named(name), [value, graph.integers(named(`${name}/order`), order)], {
      axis,
    });

  const values = cast(named('values'), pixels, ELEMENT_TYPE.float32);
  const columns = Array.from({ length: size }, (_, column) => size - 1 - column);
  const reversed = gather('reversed', values, 2, columns);
  const flags = node(
    'Reshape',
    'flags',
    cast(named('flags/values'), mirrored, ELEMENT_TYPE.float32),
    graph.integers(named('flags/shape'), [-1, 1, 1, 1]),
  );
  const change = node('Mul', 'change', node('Sub', 'difference', reversed, values), flags);
  const turned = node('Add', 'turned', values, change);
  const ordered = channels === 'RGB' ? turned : gather('ordered', turned, 3, [2, 1, 0]);
  const perColour = (name: string, numbers: readonly number[]): Value =>
    graph.constant(named(name), { shape: [COLOURS], data: Float32Array.from(numbers) });
  const centred = node('Sub', 'centred', ordered, perColour('mean', mean));
  const scaled = node('Mul', 'scaled', centred, perColour('scale', scale));
  const laidOut =
    spec.layout === 'NHWC'
      ? scaled
      : graph.node('Transpose', named('planes'), [scaled], { perm: [0, 3, 1, 2] });
  cast(input.name, laidOut, input.elementType);
  return withoutName(graph);
}

/** From the model's output to scores. */
function after({ output, batch }: OwnOnnxPorts, spec: OwnOnnxSpec, prefix: string): Uint8Array {
  const graph = new GraphBuilder();
  const floats = graph.node('Cast', `${prefix}floats`, [output.name], {
    to: ELEMENT_TYPE.float32,
  });
  const last = `${prefix}scores`;
  if (spec.output === 'scores') {
    graph.node('Flatten', last, [floats], { axis: 1 });
  } else {
    const flat = graph.node('Flatten', `${prefix}flat`, [floats], { axis: 1 });
    graph.node('Softmax', last, [flat], { axis: 1 });
  }
  graph.output(last, 'float32', [batch ?? 'N', spec.classes]);
  return withoutName(graph);
}

/** A builder's graph as fields that can stand among those of another, whose name it is to keep. */
function withoutName(graph: GraphBuilder): Uint8Array {
  const fields = rawFields(graph.encode('', ''))
    .filter(({ number }) => number === MODEL_FIELD.graph)
    .flatMap(({ content }) => rawFields(content ?? new Uint8Array()));
  return Buffer.concat(
    fields.filter(({ number }) => number !== GRAPH_FIELD.name).map(({ bytes }) => bytes),
  );
}
