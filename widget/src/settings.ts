// What the server sent: the owner's settings, or nothing.

export const settings: any = {};
