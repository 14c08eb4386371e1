#!/bin/bash
# Real Slurm, several slurmd on one host, no systemd, loopback only. Run as root.
#   tinyslurm.sh install | start | status | node_down N | node_up N | stop
set -euo pipefail
B=${TINYSLURM_DIR:-/tmp/tinyslurm}      # state, spool, logs, pid files
NODES=${TINYSLURM_NODES:-2}             # simulated nodes n1..nN
CPUS=${TINYSLURM_CPUS:-2}               # declared per node (may exceed the hardware)
MEM=${TINYSLURM_MEM:-4000}              # MB per node, bookkeeping only
GPUS=${TINYSLURM_GPUS:-1}               # fake GPUs per node
TRACK=${TINYSLURM_PROCTRACK:-linuxproc}  # "cgroup" = what real clusters do (needs writable cgroup v1 freezer)
CONF=/etc/slurm                         # NOT movable: slurm-jobstep drops SLURM_CONF

not_another() {                         # by its files, by a setting, or without files (configless)
  local other=""
  if [ -e "$CONF/slurm.conf" ]; then
    grep -qx ClusterName=tiny "$CONF/slurm.conf" || other=$CONF/slurm.conf
  elif [ -n "${SLURM_CONF:-}" ]; then
    other=$SLURM_CONF
  elif command -v scontrol >/dev/null && timeout 20 scontrol show config >/dev/null 2>&1; then
    other="scontrol show config"
  fi
  if [ -n "$other" ]; then echo "$other: another SLURM is set up here; it is left as it is" >&2; return 1; fi
}
install() {
  not_another
  local policy=/usr/sbin/policy-rc.d      # else the packages start services
  [ -e $policy ] || { trap "rm -f $policy" EXIT; printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; }
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    munge slurmctld slurmd slurm-client >/dev/null
}
conf() {
  not_another
  mkdir -p "$CONF" "$B"/{state,spool,log,run}
  cat >$CONF/slurm.conf <<C
ClusterName=tiny
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=26817
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
CredType=cred/munge
AuthInfo=cred_expire=20
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$B/state
SlurmdSpoolDir=$B/spool/%n
SlurmctldPidFile=$B/run/slurmctld.pid
SlurmdPidFile=$B/run/slurmd.%n.pid
SlurmctldLogFile=$B/log/slurmctld.log
SlurmdLogFile=$B/log/slurmd.%n.log
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/$TRACK
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill
# no slurmdbd: the plugin polls squeue, so keep ended jobs listed
AccountingStorageType=accounting_storage/none
MinJobAge=300
EnforcePartLimits=ALL
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=5
SlurmdParameters=config_overrides
# short, to make faults quick to test
SlurmdTimeout=10
KillWait=${TINYSLURM_KILLWAIT:-10}
ReturnToService=2
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=n[1-$NODES] NodeHostname=localhost NodeAddr=127.0.0.1 Port=[26821-$((26820+NODES))] CPUs=$CPUS RealMemory=$MEM Gres=gpu:fake:$GPUS State=UNKNOWN
PartitionName=DEFAULT Nodes=ALL MaxTime=120 DefaultTime=10 DefMemPerCPU=100 State=UP
PartitionName=main Default=YES PriorityTier=1 GraceTime=${TINYSLURM_GRACE:-15}
PartitionName=high PriorityTier=10 PreemptMode=OFF
C
  # any character device will do; CUDA_VISIBLE_DEVICES is set from its index
  local d=(/dev/zero /dev/null /dev/full /dev/random /dev/urandom) f
  f=$(IFS=,; echo "${d[*]:0:$GPUS}")
  echo "NodeName=n[1-$NODES] Name=gpu Type=fake File=$f" >$CONF/gres.conf
  rm -f $CONF/cgroup.conf
  [ $TRACK != cgroup ] || printf '%s\n' CgroupPlugin=cgroup/v1 CgroupMountpoint=/sys/fs/cgroup CgroupAutomount=no >$CONF/cgroup.conf
}
start() {
  conf
  command -v munged >/dev/null
  mkdir -p /run/munge /var/log/munge; chown munge:munge /run/munge /var/log/munge; chmod 755 /run/munge
  munge -n >/dev/null 2>&1 || runuser -u munge -- /usr/sbin/munged
  scontrol ping 2>/dev/null | grep -q 'is UP' || slurmctld
  for n in $(seq 1 $NODES); do node_up n$n; done
  for i in $(seq 1 100); do
    [ "$(sinfo -h -N -p main -t idle,mix,alloc -o %N 2>/dev/null | wc -l)" = $NODES ] && { status; return 0; }
    sleep 0.2
  done
  echo "cluster not up"; tail -n 20 "$B"/log/*.log; return 1
}
alive() { [ -s "$1" ] && [ -n "$(tr -d '\0' 2>/dev/null <"/proc/$(cat "$1")/cmdline")" ]; }   # a zombie is not alive
node_up() { alive "$B/run/slurmd.$1.pid" || slurmd -N "$1"; }
node_down() { kill -9 "$(cat "$B/run/slurmd.$1.pid")"; }   # daemon only: running steps live on
node_crash() {                                             # the whole node: steps and their processes too
  node_down "$1"; local f p
  for f in "$B/spool/$1/$1"_*; do f=${f##*/$1_}
    for p in $(pgrep -f "^slurmstepd: \\[${f%%.*}\\." || true); do kill -9 "$p"; done; done
  for f in /proc/[0-9]*/environ; do
    tr '\0' '\n' 2>/dev/null <"$f" | grep -qx "SLURMD_NODENAME=$1" && kill -9 "$(basename "${f%/environ}")" || true
  done
}
status() { scontrol ping; sinfo -N -o '%N %P %T %c %m %G'; }
stop() {                                # and leave no trace, for which each Snakemake would look for a controller
  not_another
  scancel -u root 2>/dev/null || true
  scontrol shutdown 2>/dev/null || true             # slurmctld and every slurmd
  for i in $(seq 1 50); do
    local left=0; for f in "$B"/run/*.pid; do alive "$f" && left=1; done
    [ $left = 0 ] && break; sleep 0.2
  done
  for f in "$B"/run/*.pid; do alive "$f" && kill "$(cat "$f")"; done
  alive /run/munge/munged.pid && kill "$(cat /run/munge/munged.pid)"
  rmdir /sys/fs/cgroup/freezer/slurm_n* 2>/dev/null || true
  rm -f $CONF/slurm.conf $CONF/gres.conf $CONF/cgroup.conf
}
"$@"
