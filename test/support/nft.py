"""The rules of nftables as nft lists them: those that the formula loads."""

PORT = 7777
PEERS = ["10.1.0.2", "10.1.0.3"]

DPORT = {
    "match": {
        "op": "==",
        "left": {"payload": {"protocol": "tcp", "field": "dport"}},
        "right": PORT,
    }
}
# From "nft -j list ruleset" (1.0.6 and 1.1.3) after our file was loaded.
OURS = [
    {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
    {"table": {"family": "inet", "name": "ocfs2", "handle": 5}},
    {
        "set": {
            "family": "inet",
            "name": "peers",
            "table": "ocfs2",
            "type": "ipv4_addr",
            "handle": 2,
            "elem": ["10.1.0.3", "10.1.0.2"],
        }
    },
    {
        "chain": {
            "family": "inet",
            "table": "ocfs2",
            "name": "input",
            "handle": 1,
            "type": "filter",
            "hook": "input",
            "prio": -10,
            "policy": "accept",
        }
    },
    *(
        {
            "rule": {
                "family": "inet",
                "table": "ocfs2",
                "chain": "input",
                "handle": handle,
                "expr": expressions,
            }
        }
        for handle, expressions in (
            (
                3,
                [
                    DPORT,
                    {
                        "match": {
                            "op": "==",
                            "left": {"payload": {"protocol": "ip", "field": "saddr"}},
                            "right": "@peers",
                        }
                    },
                    {"accept": None},
                ],
            ),
            (
                4,
                [
                    DPORT,
                    {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "lo"}},
                    {"accept": None},
                ],
            ),
            (5, [DPORT, {"drop": None}]),
        )
    ),
]
