"""Words that a shell would act on."""

#: In every text that a shell would act on; such a shell leaves a file of this name.
CANARY = "ocfs2canary"

SHELL = (
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"; touch {CANARY}",
    f"x;touch {CANARY};",
    f"| touch {CANARY}",
    f"&& touch {CANARY}",
    f"\ntouch {CANARY}\n",
    f"' ; touch {CANARY} '",
    f'" ; touch {CANARY} "',
    f"$(touch${{IFS}}{CANARY})",
    f">{CANARY}",
    f"-o{CANARY}",
    f"--output={CANARY}",
)
