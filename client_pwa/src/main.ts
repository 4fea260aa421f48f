// Composition root of the pages: puts the rooms together and starts them.

export {};
