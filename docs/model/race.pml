/* Raise of privilege, exchange of mode and refresh, all at once, all with the same handle. A thief has a copy of it.
 * There is no clock: the grace after a rotation ends whenever it likes.
 *
 * Claims: of all who present one generation, at most one makes its successor; whoever has not proven the password
 * receives nothing for a session whose proof was renewed, and is not recognised as proven; within the grace, losing a
 * race is never called theft.
 *
 * Prover     kernel/reauthenticate.ts
 * Mover      kernel/exchange.ts, from another tab of the same person
 * Thief      kernel/refresh.ts, kernel/exchange.ts, kernel/authenticate.ts, in any order
 * GraceEnd   time
 * Judgement: domain/rotation.ts (`standingOf`), kernel/holding.ts. The write: kernel/rotate.ts, stores `sessions.replace`.
 *
 * runs:
 *   holds : as designed
 *   fails : RAISE_REPLAYS : a raise hands its successor to whoever comes late, as a refresh does
 *   fails : EXCHANGE_REPLAYS : an exchange receives the successor that a refresh has made
 *   fails : NO_COMPARE : the successor is written without comparing
 *   fails : NO_GENERATION_CHECK : a raise goes ahead although the presented handle was replaced meanwhile
 *   fails : OLD_STAYS_PROVEN : within the grace the old handle authenticates with the renewed proof
 *   fails : MOVED_IS_THEFT : the loser of a race is taken for a thief
 * large: ATTEMPTS=5 PROVERS=2 MOVERS=2
 */
#ifndef ATTEMPTS
#define ATTEMPTS 3
#endif
#ifndef PROVERS
#define PROVERS 1
#endif
#ifndef MOVERS
#define MOVERS 1
#endif

mtype = { Refresh, Raise, Exchange, Current, Replay, Moved, Stale, Theft }

/* The session record. Generation and version move together here. */
byte generation = 1;
mtype lastTransition = Refresh;
bool withinGrace;
bool proofRenewed;
bool ended;

bool succeeded[16];             /* whether the request that presented this generation made its successor */

#define MOST_GENERATIONS 14

#ifdef NO_COMPARE
#define MAY_WRITE(read) (!ended && generation < MOST_GENERATIONS)
#else
#define MAY_WRITE(read) (!ended && generation < MOST_GENERATIONS && generation == read)
#endif
#ifdef EXCHANGE_REPLAYS
#define EXCHANGEABLE(standing) (standing == Current || standing == Replay)
#else
#define EXCHANGEABLE(standing) (standing == Current)
#endif
#ifdef OLD_STAYS_PROVEN
#define AS_PROVEN(standing) (standing == Current || standing == Replay || standing == Moved)
#else
#define AS_PROVEN(standing) (standing == Current || standing == Replay)
#endif
#ifdef NO_GENERATION_CHECK
#define SAME_GENERATION(held) true
#else
#define SAME_GENERATION(held) (generation == held)
#endif
#ifdef RAISE_REPLAYS
#define RAISED_BY Refresh
#else
#define RAISED_BY Raise
#endif
#ifdef MOVED_IS_THEFT
#define OUTDATED Theft
#else
#define OUTDATED Moved
#endif

/* `young` differs from `current` only for a refresh, which then answers with the same handle. */
inline judge(presented, standing) {
  if
  :: presented == generation -> standing = Current
  :: presented + 1 == generation && lastTransition != Refresh -> standing = (withinGrace -> OUTDATED : Stale)
  :: presented + 1 == generation && lastTransition == Refresh -> standing = (withinGrace -> Replay : Theft)
  :: presented + 1 < generation -> standing = (withinGrace -> Stale : Theft)
  fi;
  if
  :: standing == Theft -> assert(!withinGrace); ended = 1
  :: else
  fi
}

inline succeed(presented, read, transition) {
  assert(!succeeded[presented]);
  succeeded[presented] = 1;
  generation = read + 1;
  lastTransition = transition;
  withinGrace = 1
}

/* Read and judge; then, any time later, write if nothing has changed; all in terms of the handle that is presented. */
inline present(held, standing, read) {
  if
  :: ended -> standing = Stale
  :: else -> judge(held, standing)
  fi;
  read = generation
}

inline forget(standing, read) {
  standing = Current;
  read = 0
}

inline renew(held, standing, read) {
  atomic {
    present(held, standing, read);
    if
    :: standing == Replay -> assert(!proofRenewed); held = read
    :: else
    fi
  };
  atomic {
    if
    :: standing == Current && MAY_WRITE(read) ->
       assert(!proofRenewed);
       succeed(held, read, Refresh);
       held = generation
    :: else
    fi;
    forget(standing, read)
  }
}

inline exchange(held, standing, read) {
  atomic { present(held, standing, read) };
  atomic {
    if
    :: EXCHANGEABLE(standing) && MAY_WRITE(read) ->
       assert(!proofRenewed);
       succeed(held, read, Exchange);
       held = generation
    :: else
    fi;
    forget(standing, read)
  }
}

inline authenticate(held, standing, read) {
  atomic {
    present(held, standing, read);
    assert(!(AS_PROVEN(standing) && proofRenewed));
    forget(standing, read)
  }
}

/* Who it is by the handle, then the password, which takes any time, then a read of its own. */
inline raise(held, standing, read) {
  atomic { present(held, standing, read) };
  atomic {
    if
    :: standing != Stale && standing != Theft && !ended && SAME_GENERATION(held) -> standing = Current
    :: else -> standing = Stale
    fi;
    read = generation
  };
  atomic {
    if
    :: standing == Current && MAY_WRITE(read) ->
       succeed(held, read, RAISED_BY);
       proofRenewed = 1
    :: else
    fi;
    forget(standing, read)
  }
}

active [PROVERS] proctype Prover() {
  byte held = 1;
  byte read;
  mtype standing = Current;
  if
  :: renew(held, standing, read)
  :: skip
  fi;
  raise(held, standing, read)
}

active [MOVERS] proctype Mover() {
  byte held = 1;
  byte read;
  mtype standing = Current;
  exchange(held, standing, read)
}

active proctype Thief() {
  byte held = 1;
  byte read;
  byte attempts;
  mtype standing = Current;
  do
  :: attempts == ATTEMPTS -> break
  :: attempts < ATTEMPTS -> attempts++; renew(held, standing, read)
  :: attempts < ATTEMPTS -> attempts++; exchange(held, standing, read)
  :: attempts < ATTEMPTS -> attempts++; authenticate(held, standing, read)
  od
}

active proctype GraceEnd() {
  do
  :: atomic { withinGrace -> withinGrace = 0 }
  :: atomic { ended -> break }
  od
}
