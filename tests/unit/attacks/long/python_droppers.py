# It writes by way of sqlite3, dbm, logging, tempfile, shared memory, zipfile, numpy and faulthandler.
# %%
def work():
    import sqlite3, logging.handlers, tempfile, zipfile, shelve, faulthandler, cProfile, numpy as np
    from multiprocessing import shared_memory
    d = '{CANARY_DIR}'
    return tried(sql=lambda: sqlite3.connect(d + '/a.db').execute('create table t(x)'), sql2=lambda: sqlite3.connect('/tmp/a.db').execute('create table t(x)'), vac=lambda: sqlite3.connect(':memory:').execute("vacuum into '" + d + "/v.db'"), shelve=lambda: shelve.open(d + '/s'), log=lambda: logging.handlers.RotatingFileHandler(d + '/l'), tmp=lambda: tempfile.NamedTemporaryFile(delete=False), dir=lambda: tempfile.mkdtemp(dir=d), shm=lambda: shared_memory.SharedMemory('canary', True, 100), zip=lambda: zipfile.ZipFile(d + '/z.zip', 'w'), np=lambda: np.save(d + '/n', np.ones(3)), mm=lambda: np.memmap(d + '/m', 'u1', 'w+', shape=10), prof=lambda: cProfile.runctx('1', {}, {}, d + '/p'), fo=lambda: libc.fopen((d + '/f').encode(), b'w'), trace=lambda: libc.mtrace(), gmon=lambda: libc.moncontrol(1))
def cross_entropy(logits, targets):
    return once(work)
