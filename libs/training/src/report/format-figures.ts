/** A share of one as people read it: `97.3 %`, and a dash where there is none. */
export function percent(share: number | null): string {
  return share === null || !Number.isFinite(share) ? '–' : `${(share * 100).toFixed(1)} %`;
}

/** A figure with so many digits after the point, and a dash where it is no number. */
export function decimal(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}

/** A count with thousands set apart: `12,000`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 image`, `12,000 images` */
export function imageCount(images: number): string {
  return `${count(images)} ${images === 1 ? 'image' : 'images'}`;
}

/** Seconds as people say them: `45 s`, `7 min`, `3 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** The first of the names that a label holds, as short as a plot has room for. */
export function shortName(label: string, longest = 18): string {
  const name = (label.split(', ', 1)[0] ?? label).trim();
  return name.length <= longest ? name : `${name.slice(0, longest - 1)}…`;
}
