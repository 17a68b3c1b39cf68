{%- from "ocfs2/map.jinja" import config, platform with context %}
include:
  - ocfs2.package

{%- for part in platform.parts.before_cluster %}
ocfs2-config-{{ part }}:
  o2cb.part:
    - name: {{ part }}
    - config: {{ config | json }}
    - failhard: true
    - require:
      - sls: ocfs2.package
    - require_in:
      - o2cb: ocfs2-config-cluster-conf
{% endfor %}
ocfs2-config-cluster-conf:
  o2cb.cluster_conf:
    - name: /etc/ocfs2/cluster.conf
    - config: {{ config | json }}
    - failhard: true
    - require:
      - sls: ocfs2.package

ocfs2-config-settings:
  o2cb.settings:
    - config: {{ config | json }}
    - failhard: true
    - require:
      - o2cb: ocfs2-config-cluster-conf
