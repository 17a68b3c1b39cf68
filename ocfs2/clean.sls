# Take this node out: unmount, offline, remove what the formula wrote. Never the data on a LUN.
# Refused while anything uses a mount.
{%- from "ocfs2/map.jinja" import config, all_luns with context %}
{%- for lun in all_luns %}
{{ ("ocfs2-clean-mount-" ~ lun) | json }}:
  ocfs2.unmounted:
    - name: {{ lun | json }}
    - config: {{ config | json }}
    - failhard: true
{% endfor %}
ocfs2-clean-service:
  o2cb.offline:
    - failhard: true

ocfs2-clean-files:
  o2cb.absent:
    - failhard: true
    - require:
      - o2cb: ocfs2-clean-service
