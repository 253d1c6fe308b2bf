// Pictures as paths in a square of 24.

export const CHAT_ICON = "M21 12a8.5 8.5 0 0 1-12.4 7.5L3.5 20.5l1-5A8.5 8.5 0 1 1 21 12z";
export const CROSS_ICON = "M6 6l12 12M18 6 6 18";
export const CHEVRON_ICON = "m6 9.5 6 6 6-6";
export const ARROW_ICON = "M12 19V5M6 11l6-6 6 6";
export const SQUARE_ICON = "M8 8h8v8H8z";
export const THUMB_ICON =
  "M7 10v11M7 10l4.2-7.4A2 2 0 0 1 15 4l-1 5.5h5.3a2 2 0 0 1 2 2.4l-1.4 7A2.6 2.6 0 0 1 17.4 21H4.5A1.5 1.5 0 0 1 3 19.5v-8A1.5 1.5 0 0 1 4.5 10z";
export const COPIES_ICON = "M9 9h11v11H9zM5 15H4V4h11v1";
export const TICK_ICON = "m5 12.5 4.5 4.5L19 7.5";
export const PERSON_ICON = "M20 21a8 8 0 0 0-16 0M12 13a5 5 0 1 0 0-10 5 5 0 0 0 0 10z";
export const PENCIL_ICON = "M12 20h8M15.5 4.5l4 4L8 20H4v-4z";
