# Every step of the set-up leaves a stamp under .venv; a second run has nothing to do.
SHELL := /bin/bash
.DELETE_ON_ERROR:

PYTHON ?= python3
SALT := salt==3008.3
SALT_LTS := salt==3006.28
# It brings the collection community.general along.
ANSIBLE := ansible==12.3.0

VENV := .venv
VENV_LTS := .venv-3006
VENV_PEERS := .venv-peers
VENV_PROMETHEUS := .venv-prometheus
VENV_FIREWALLS := .venv-firewalls
VENV_TGT := .venv-tgt
STAMPS := $(VENV)/stamps
BIN := $(VENV)/bin

# Only the daemons need the plugins of pytest-salt-factories, which import all of Salt.
export PYTEST_DISABLE_PLUGIN_AUTOLOAD := 1
FACTORIES := PYTEST_DISABLE_PLUGIN_AUTOLOAD=
PYTEST := $(BIN)/python -m pytest -p hypothesis.extra.pytestplugin
PYTEST_LTS := $(VENV_LTS)/bin/python -m pytest -p hypothesis.extra.pytestplugin

# Debian packages of the set-up, the tests and the lab.
PACKAGES := python3-venv qemu-system-x86 qemu-utils mmdebstrap dpkg-dev e2fsprogs iproute2 \
	ocfs2-tools kmod nftables iptables util-linux dosfstools xfsprogs lvm2 gdisk debconf systemd \
	openssl strace bcache-tools btrfs-progs cryptsetup-bin drbd-utils erofs-utils exfatprogs \
	f2fs-tools fdisk gdbmtool genromfs gfs2-utils hfsutils jfsutils makefs nilfs-tools ntfs-3g \
	chromium parted reiserfsprogs squashfs-tools systemd-journal-remote tidy udftools xorriso \
	rpm dnf zypper createrepo-c gnupg openssh-client

# firewalld and ufw with what they need; installed, they would close this host.
FIREWALLS := firewalld python3-firewall python3-nftables python3-cap-ng libcap-ng0 python3-dbus \
	python3-gi libgirepository-1.0-1 gir1.2-glib-2.0 dbus-daemon libdbus-1-3 ufw

SLS := $(shell find ocfs2 -name '*.sls')
RST := $(wildcard README.rst CHANGELOG.rst docs/*.rst test/lab/README.rst)
YAML := kitchen.yml kitchen.proxy.yml monitoring/ocfs2.rules.yml ocfs2/parameters pillar.example \
	.yamllint .salt-lint

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: lint
lint: $(STAMPS)/salt ## Check code, YAML, sls files and documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/yamllint --strict $(YAML)
	$(BIN)/salt-lint $(SLS)
	$(BIN)/rstcheck --log-level ERROR $(RST)
	@$(MAKE) --no-print-directory html

# Rows of tests side by side, the longest first. The functional rows share no device: each test has
# a loop device, a UUID and namespaces of its own.
QUICK := test-daemons test-daemons-lts test-functional test-luns test-functional-lts test-guards \
	test-hosts test-monitoring test-page test-unit test-fuzz lint

.PHONY: test-quick
test-quick: $(STAMPS)/packages $(STAMPS)/salt-lts $(STAMPS)/prometheus $(STAMPS)/firewalls ## Everything quick that needs no guest, on both Salts
	+@$(MAKE) --no-print-directory -j5 -Otarget $(QUICK)

.PHONY: test-unit
test-unit: ## Pure code, which knows no Salt
	$(PYTEST) -q test/unit

# What a LUN holds, and its format; and what hosts of all kinds run. Rows of their own.
LUNS := test/functional/lun test/functional/format
HOSTS := test/functional/platform test/functional/o2cb/test_firewalld.py \
	test/functional/o2cb/test_ufw.py

.PHONY: test-functional
test-functional: ## Loaders of Salt 3008, real tools
	$(PYTEST) -q test/functional $(patsubst %,--ignore=%,$(LUNS) $(HOSTS)) \
		-m 'not campaign and not slow'

.PHONY: test-luns
test-luns: ## The same, for what a LUN holds and its format
	$(PYTEST) -q $(LUNS) -m 'not campaign and not slow'

.PHONY: test-hosts
test-hosts: $(STAMPS)/firewalls ## The same, for package managers and the firewalls of hosts
	$(PYTEST) -q $(HOSTS) -m 'not campaign and not slow'

.PHONY: test-functional-lts
test-functional-lts: ## Loaders of Salt 3006, real tools
	$(PYTEST_LTS) -q test/functional -m 'not campaign and not slow and not once'

.PHONY: test-guards
test-guards: ## Simulated histories, and each guard taken out
	$(PYTEST) -q test/histories test/mutants -m 'not slow'

.PHONY: test-fuzz
test-fuzz: ## Odd pillars and garbage, FUZZ_CASES of them (500)
	FUZZ_CASES=$${FUZZ_CASES:-500} $(PYTEST) -q test/fuzz

.PHONY: test-page
test-page: ## The page of a report in a real browser
	$(PYTEST) -q test/page

.PHONY: test-daemons
test-daemons: ## A master and minions of Salt 3008
	$(FACTORIES) $(BIN)/python -m pytest -q test/daemons -m 'not slow'

.PHONY: test-daemons-lts
test-daemons-lts: ## A master and minions of Salt 3006
	$(FACTORIES) $(VENV_LTS)/bin/python -m pytest -q test/daemons -m 'not slow and not once'

.PHONY: test-monitoring
test-monitoring: $(STAMPS)/salt $(STAMPS)/prometheus ## Metrics, rules and dashboard under a real Prometheus
	$(PYTEST) -q test/monitoring

# The longest first, side by side, as those of QUICK.
SLOW := slow-functional slow-guards slow-daemons slow-daemons-lts slow-fuzz

.PHONY: test-slow
test-slow: $(STAMPS)/packages $(STAMPS)/salt-lts $(STAMPS)/firewalls ## What test-quick leaves out: more cuts, and 2000 odd pillars
	+@$(MAKE) --no-print-directory -j5 -Otarget $(SLOW)

.PHONY: $(SLOW)
slow-functional:
	$(PYTEST) -q test/functional -m 'slow and not campaign'

slow-guards:
	$(PYTEST) -q test/histories test/mutants -m 'slow and not campaign'

slow-daemons:
	$(FACTORIES) $(BIN)/python -m pytest -q test/daemons -m slow

slow-daemons-lts:
	$(FACTORIES) $(VENV_LTS)/bin/python -m pytest -q test/daemons -m 'slow and not once'

slow-fuzz:
	FUZZ_CASES=2000 $(PYTEST) -q test/fuzz

LAB := $(PYTEST) -v --durations=0 --show-capture=no test/integration

.PHONY: test-lab
test-lab: $(STAMPS)/packages $(STAMPS)/salt $(STAMPS)/tgt ## End to end on real kernels in the virtual SAN, all of it
	$(LAB)

.PHONY: test-faults
test-faults: test-faults-host test-faults-guests test-operations test-findings ## Every campaign: hours

.PHONY: test-faults-host
test-faults-host: $(STAMPS)/packages $(STAMPS)/salt ## Each cut of mkfs, 1000 histories, 1000 blank LUNs, 100000 odd pillars
	CUTS=every $(PYTEST) -vs --show-capture=no test/functional/format/test_cuts.py
	HISTORIES=1000 $(PYTEST) -vs --show-capture=no test/histories
	$(PYTEST) -v test/functional -m campaign
	FUZZ_CASES=100000 $(PYTEST) -v --durations=0 test/fuzz

# FAULT=power-cut-leader-at-first-write plays that one alone.
.PHONY: test-faults-guests
test-faults-guests: $(STAMPS)/packages $(STAMPS)/salt ## Faults on guests; FAULT=name for one
	$(PYTEST) -v --durations=0 --show-capture=no test/faults $(if $(FAULT),-k '$(FAULT)')

.PHONY: test-operations
test-operations: $(STAMPS)/packages $(STAMPS)/salt ## Day two on guests under I/O, each cut in the middle: an hour
	$(PYTEST) -vs --durations=0 --show-capture=no test/operations

.PHONY: test-platforms
test-platforms: $(STAMPS)/packages $(STAMPS)/salt-lts $(STAMPS)/firewalls ## Other distributions, or stand-ins for them, on guests; all of firewalld and ufw: two hours
	$(PYTEST) -v $(HOSTS) -m campaign
	$(LAB) -k 'debian or stand_in or host_firewalls'

.PHONY: test-storage
test-storage: $(STAMPS)/packages $(STAMPS)/salt $(STAMPS)/tgt ## Every kind of device and volume, and SANs of other kinds on guests
	$(PYTEST) -v $(LUNS) -m campaign
	$(LAB) -k storage -m campaign

# FINDING=clone brings about that alone.
.PHONY: test-findings
test-findings: $(STAMPS)/packages $(STAMPS)/salt ## Faults to be found and fences to be explained; FINDING=name for one
	$(PYTEST) -vs --durations=0 --show-capture=no test/findings $(if $(FINDING),-k '$(FINDING)')

.PHONY: bench
bench: bench-guards bench-status bench-peers ## Every measurement

.PHONY: bench-guards
bench-guards: $(STAMPS)/packages $(STAMPS)/salt ## What all guards cost a node for one LUN
	$(FACTORIES) $(BIN)/python -m pytest -qs --show-capture=no test/bench/test_guards.py

.PHONY: bench-status
bench-status: $(STAMPS)/packages $(STAMPS)/salt ## What a look at the whole cluster costs beside a ping
	$(FACTORIES) $(BIN)/python -m pytest -qs --show-capture=no test/bench/test_status.py

.PHONY: bench-peers
bench-peers: $(STAMPS)/packages $(STAMPS)/salt $(STAMPS)/peers ## What other tools format over, as a table
	@PYTHONPATH=_utils:test $(BIN)/python test/bench/peers.py $(VENV_PEERS)/bin

.PHONY: test
test: test-quick ## Every test, but for the longer ones of test-lab
	@$(MAKE) --no-print-directory test-slow
	$(LAB) -m 'not campaign'

.PHONY: demo
demo: $(STAMPS)/packages $(STAMPS)/salt ## A running three-node cluster in the virtual SAN
	$(BIN)/python test/lab/demo.py up

.PHONY: demo-down
demo-down: $(STAMPS)/salt ## End the demo
	$(BIN)/python test/lab/demo.py down

.PHONY: kitchen-target
kitchen-target: $(STAMPS)/packages $(STAMPS)/salt ## A guest of the virtual SAN for Test Kitchen
	$(BIN)/python test/lab --name kitchen kitchen-target

.PHONY: docs
docs: ## Regenerate the pages on pillar and platforms from their models, and the pictures
	$(PYTHON) docs/pictures.py
	PYTHONPATH=_utils $(PYTHON) docs/platform_pages.py
	PYTHONPATH=_utils $(PYTHON) -c \
		'from ocfs2lib.pillar import reference; print(reference.reference_rst(), end="")' \
		> docs/pillar.rst
	PYTHONPATH=_utils $(PYTHON) -c \
		'from ocfs2lib.pillar import reference; print(reference.volumes_rst(), end="")' \
		> docs/pillar-volumes.rst
	PYTHONPATH=_utils $(PYTHON) -c \
		'import json; from ocfs2lib.pillar import reference; \
		print(json.dumps(reference.json_schema(), indent=2))' \
		> docs/pillar.schema.json

.PHONY: html
html: $(STAMPS)/salt ## The documents as HTML, from build/html/docs/index.html; a dead link is an error
	$(BIN)/sphinx-build -q -n -W --keep-going -c docs . build/html

.PHONY: clean
clean: ## Remove environments, caches and pages of this checkout
	rm -rf $(VENV) $(VENV_LTS) $(VENV_PEERS) $(VENV_PROMETHEUS) $(VENV_FIREWALLS) \
		$(VENV_TGT)
	rm -rf .pytest_cache .ruff_cache .hypothesis build
	find . -name __pycache__ -prune -exec rm -rf {} +

$(STAMPS)/packages: Makefile
	@mkdir -p $(@D)
	@missing=; for package in $(PACKAGES); do \
		dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q ' installed$$' \
			|| missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ]; then \
		apt-get update && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y --no-install-recommends $$missing; \
	elif [ -n "$$missing" ]; then \
		echo "Missing packages; as root: apt-get install$$missing" >&2; exit 1; \
	fi
	@touch $@

$(STAMPS)/venv:
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) $(STAMPS)/packages
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(@D) && touch $@

$(STAMPS)/salt: $(STAMPS)/venv test/requirements.txt test/requirements-lint.txt Makefile
	$(BIN)/python -m pip install -q '$(SALT)' -r test/requirements.txt -r test/requirements-lint.txt
	@touch $@

$(STAMPS)/salt-lts: $(STAMPS)/salt test/requirements.txt Makefile
	$(PYTHON) -m venv $(VENV_LTS)
	$(VENV_LTS)/bin/python -m pip install -q '$(SALT_LTS)' -r test/requirements.txt
	@touch $@

$(STAMPS)/peers: $(STAMPS)/venv Makefile
	$(PYTHON) -m venv $(VENV_PEERS)
	$(VENV_PEERS)/bin/python -m pip install -q '$(ANSIBLE)'
	@touch $@

# Unpacked, not installed: the packages would start their daemons.
$(STAMPS)/prometheus: $(STAMPS)/venv Makefile
	rm -rf $(VENV_PROMETHEUS) && mkdir $(VENV_PROMETHEUS)
	cd $(VENV_PROMETHEUS) && get="apt-get -qq download prometheus prometheus-node-exporter" \
		&& { $$get || { apt-get -qq update && $$get; }; }
	for package in $(VENV_PROMETHEUS)/*.deb; do \
		dpkg-deb -x $$package $(VENV_PROMETHEUS) && rm $$package || exit 1; \
	done
	@touch $@

# Unpacked, not installed: the package would start its daemon.
$(STAMPS)/tgt: $(STAMPS)/packages
	rm -rf $(VENV_TGT) && mkdir $(VENV_TGT)
	cd $(VENV_TGT) && get="apt-get -qq download tgt" \
		&& { $$get || { apt-get -qq update && $$get; }; }
	for package in $(VENV_TGT)/*.deb; do \
		dpkg-deb -x $$package $(VENV_TGT) && rm $$package || exit 1; \
	done
	@touch $@

# Unpacked, not installed: the tests mount the tree over /usr in a namespace of their own.
$(STAMPS)/firewalls: $(STAMPS)/venv Makefile
	rm -rf $(VENV_FIREWALLS) && mkdir $(VENV_FIREWALLS)
	cd $(VENV_FIREWALLS) && get="apt-get -qq download $(FIREWALLS)" \
		&& { $$get || { apt-get -qq update && $$get; }; }
	for package in $(VENV_FIREWALLS)/*.deb; do \
		dpkg-deb -x $$package $(VENV_FIREWALLS) && rm $$package || exit 1; \
	done
	cp -a $(VENV_FIREWALLS)/lib/. $(VENV_FIREWALLS)/usr/lib/ && rm -r $(VENV_FIREWALLS)/lib
	/usr/bin/python3 -m compileall -q $(VENV_FIREWALLS)/usr/lib/python3
	@touch $@
