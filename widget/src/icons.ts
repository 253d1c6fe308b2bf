// Pictures as paths in a square of 24.

export const CHAT_ICON = "M21 12a8.5 8.5 0 0 1-12.4 7.5L3.5 20.5l1-5A8.5 8.5 0 1 1 21 12z";
export const CROSS_ICON = "M6 6l12 12M18 6 6 18";
export const CHEVRON_ICON = "m6 9 6 6 6-6";
export const ARROW_ICON = "M12 19V5M6 11l6-6 6 6";
export const SQUARE_ICON = "M7 7h10v10H7z";
