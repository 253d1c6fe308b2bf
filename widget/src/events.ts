// What the host page may listen to.

type Listener = (detail: any) => void;

const listeners: Record<string, Set<Listener>> = {};

export function on(event: string, then: Listener): () => void {
  const all = (listeners[event] ??= new Set());
  all.add(then);
  return () => void all.delete(then);
}

// A fault of a listener is the page's own and stops nothing here.
export function emit(event: string, detail: object = {}): void {
  for (const then of listeners[event] ?? []) queueMicrotask(() => then(detail));
}
