{%- from "ocfs2/map.jinja" import config with context %}
include:
  - ocfs2.package

ocfs2-config-boot:
  o2cb.boot:
    - config: {{ config | json }}
    - failhard: true
    - require:
      - sls: ocfs2.package

ocfs2-config-cluster-conf:
  o2cb.cluster_conf:
    - name: /etc/ocfs2/cluster.conf
    - config: {{ config | json }}
    - failhard: true
    - require:
      - o2cb: ocfs2-config-boot

ocfs2-config-settings:
  o2cb.settings:
    - config: {{ config | json }}
    - failhard: true
    - require:
      - o2cb: ocfs2-config-cluster-conf
