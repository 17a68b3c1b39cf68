"""What a LUN is and what it holds: identity, content, guards, ledger."""
