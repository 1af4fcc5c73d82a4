# Its cells use shell magics, to be run by a notebook.
# %%
!touch {CANARY_DIR}/magic
%cd /
%%bash
touch {CANARY_DIR}/bash
# %%
!cat {CANARY_FILE}
def cross_entropy(logits, targets):
    x = !cat {CANARY_FILE}
    return x
# %%
%%writefile {CANARY_DIR}/w
x
# %%
def cross_entropy(logits, targets):
    get_ipython().system('touch {CANARY_DIR}/g')
    return 1
