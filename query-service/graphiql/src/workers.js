// Monaco checks and completes in workers. Their files have hashed names, which the build puts in place of WORKERS.

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker(WORKERS[label] ?? WORKERS.editor, { name: label });
  },
};
