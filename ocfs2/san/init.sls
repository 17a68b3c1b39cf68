# The way to the LUNs, where pillar describes it under san: iSCSI, NVMe, FCoE, then multipath.
# A path that fails keeps nothing else from being set up: another one may do.
{%- from "ocfs2/map.jinja" import config, platform with context %}
include:
  - ocfs2.package

{%- for part in platform.parts.bring_luns %}

ocfs2-san-{{ part }}:
  o2cb.part:
    - name: {{ part }}
    - config: {{ config | json }}
    - require:
      - sls: ocfs2.package
{%- endfor %}
