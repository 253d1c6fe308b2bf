// Pictures as paths in a square of 24.

export const THUMB_ICON =
  "M7 10v11M7 10l4.2-7.4A2 2 0 0 1 15 4l-1 5.5h5.3a2 2 0 0 1 2 2.4l-1.4 7A2.6 2.6 0 0 1 17.4 21H4.5A1.5 1.5 0 0 1 3 19.5v-8A1.5 1.5 0 0 1 4.5 10z";
export const COPIES_ICON = "M11 9h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2zM5 15a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2";
export const TICK_ICON = "m5 12.5 4.5 4.5L19 7.5";
export const PERSON_ICON = "M20 21a8 8 0 0 0-16 0M12 13a5 5 0 1 0 0-10 5 5 0 0 0 0 10z";
export const PENCIL_ICON = "M12 20h8M15 5l4 4L8 20H4v-4z";
