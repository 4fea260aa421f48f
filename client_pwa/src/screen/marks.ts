// What is drawn on a copy of a photo. A blur destroys what it covers: the copy's own pixels are
// replaced by a few means of them, so there is nothing beneath to be found again.

export type Shape = "arrow" | "circle" | "blur";

/** From (x1, y1) to (x2, y2), in ten-thousandths of the upright picture's width and height. */
export interface Mark {
  readonly shape: Shape;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

const WHOLE = 10_000;
/** A blurred field is this many cells along its longer side, however large it is. */
const CELLS = 6;
const INK = "#e3120b";
const RIM = "#ffffff";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function boxOf(mark: Mark, { width, height }: HTMLCanvasElement): Box {
  const [left, right] = [Math.min(mark.x1, mark.x2), Math.max(mark.x1, mark.x2)];
  const [top, bottom] = [Math.min(mark.y1, mark.y2), Math.max(mark.y1, mark.y2)];
  const [x, y] = [Math.floor((left / WHOLE) * width), Math.floor((top / WHOLE) * height)];
  return {
    x, y,
    width: Math.max(1, Math.ceil((right / WHOLE) * width) - x),
    height: Math.max(1, Math.ceil((bottom / WHOLE) * height) - y),
  };
}

function blur(context: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  const cell = Math.max(width, height) / CELLS;
  const small = document.createElement("canvas");
  small.width = Math.max(1, Math.round(width / cell));
  small.height = Math.max(1, Math.round(height / cell));
  const means = small.getContext("2d")!;
  means.imageSmoothingEnabled = true;
  means.imageSmoothingQuality = "high";
  means.drawImage(context.canvas, x, y, width, height, 0, 0, small.width, small.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, small.width, small.height, x, y, width, height);
  context.imageSmoothingEnabled = true;
}

/** A line with a rim, so that it is seen on any ground. */
function stroke(context: CanvasRenderingContext2D, path: Path2D, width: number): void {
  context.lineCap = context.lineJoin = "round";
  for (const [ink, thick] of [[RIM, width * 1.8], [INK, width]] as const) {
    context.strokeStyle = ink;
    context.lineWidth = thick;
    context.stroke(path);
  }
}

function arrow(mark: Mark, { width, height }: HTMLCanvasElement): Path2D {
  const [x1, y1] = [(mark.x1 / WHOLE) * width, (mark.y1 / WHOLE) * height];
  const [x2, y2] = [(mark.x2 / WHOLE) * width, (mark.y2 / WHOLE) * height];
  const along = Math.atan2(y2 - y1, x2 - x1);
  const head = Math.max(width, height) / 30;
  const path = new Path2D();
  path.moveTo(x1, y1);
  path.lineTo(x2, y2);
  for (const side of [-1, 1]) {
    path.moveTo(x2, y2);
    path.lineTo(x2 - head * Math.cos(along + (side * Math.PI) / 7), y2 - head * Math.sin(along + (side * Math.PI) / 7));
  }
  return path;
}

function ellipse({ x, y, width, height }: Box): Path2D {
  const path = new Path2D();
  path.ellipse(x + width / 2, y + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI);
  return path;
}

/** Draw on a picture. Blurs come first: what points at them is never blurred itself. */
export function drawMarks(context: CanvasRenderingContext2D, marks: readonly Mark[]): void {
  const { canvas } = context;
  const line = Math.max(2, Math.max(canvas.width, canvas.height) / 200);
  for (const mark of marks) if (mark.shape === "blur") blur(context, boxOf(mark, canvas));
  for (const mark of marks) {
    if (mark.shape === "arrow") stroke(context, arrow(mark, canvas), line);
    if (mark.shape === "circle") stroke(context, ellipse(boxOf(mark, canvas)), line);
  }
}

/** Longest side of a copy: what every phone's canvas takes. */
const COPY_EDGE_PX = 4096;
const QUALITY = 0.9;
const COPY_TYPE = "image/jpeg";

/** A canvas with the picture, no side longer than `edge`. */
export function pictured(picture: ImageBitmap, edge: number): CanvasRenderingContext2D {
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d")!;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return context;
}

export interface Copy {
  readonly bytes: ArrayBuffer;
  readonly mediaType: string;
  readonly marks: readonly Mark[];
}

/** The copy as it is kept: the marks are in its pixels. */
export async function copyWith(picture: ImageBitmap, marks: readonly Mark[]): Promise<Copy> {
  const context = pictured(picture, COPY_EDGE_PX);
  drawMarks(context, marks);
  const made = await new Promise<Blob | null>((done) => context.canvas.toBlob(done, COPY_TYPE, QUALITY));
  if (made?.type !== COPY_TYPE) throw new Error("the copy could not be encoded");
  return { bytes: await made.arrayBuffer(), mediaType: COPY_TYPE, marks };
}

const tenThousandths = (part: number): number => Math.min(WHOLE, Math.max(0, Math.round(part * WHOLE)));
/** A drag shorter than this is a tap. */
const TAP = 300;
const FIELD = 900;

/** The mark of a drag, in parts of the picture's sides; a tap makes one of a usual size. */
export function markOf(shape: Shape, from: readonly [number, number], to: readonly [number, number]): Mark {
  const [x1, y1, x2, y2] = [from[0], from[1], to[0], to[1]].map(tenThousandths) as [number, number, number, number];
  if (Math.abs(x2 - x1) >= TAP || Math.abs(y2 - y1) >= TAP) return { shape, x1, y1, x2, y2 };
  const within = (value: number): number => Math.min(WHOLE, Math.max(0, value));
  if (shape === "arrow") return { shape, x1: within(x2 - 2 * FIELD), y1: within(y2 + 2 * FIELD), x2, y2 };
  return { shape, x1: within(x2 - FIELD), y1: within(y2 - FIELD), x2: within(x2 + FIELD), y2: within(y2 + FIELD) };
}
