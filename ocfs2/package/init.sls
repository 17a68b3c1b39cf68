{%- from "ocfs2/map.jinja" import platform, backend with context %}
include:
  - ocfs2.check

ocfs2-package:
  pkg.installed:
    - pkgs: {{ (platform.packages + platform.firewall_packages.get(backend, [])) | json }}
    - failhard: true
    - require:
      - sls: ocfs2.check
