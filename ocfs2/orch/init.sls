# salt-run state.orchestrate ocfs2.orch [test=True] [pillar='{"ocfs2_cluster": "NAME"}']
#
# Each stage asks all nodes anew and does what is safe; the last one is the judge. The sync comes
# at rendering time because the stages are the formula's own states: a fresh master has none yet,
# and test=True needs them too.
{%- do salt["saltutil.runner"]("saltutil.sync_all") %}
{%- set cluster = pillar.get("ocfs2_cluster") | json %}
ocfs2-orch-plan:
  ocfs2_cluster.planned:
    - cluster: {{ cluster }}
    - failhard: true

ocfs2-orch-converge:
  ocfs2_cluster.converged:
    - cluster: {{ cluster }}

ocfs2-orch-format:
  ocfs2_cluster.formatted:
    - cluster: {{ cluster }}

ocfs2-orch-mount:
  ocfs2_cluster.mounted:
    - cluster: {{ cluster }}

ocfs2-orch-status:
  ocfs2_cluster.healthy:
    - cluster: {{ cluster }}
