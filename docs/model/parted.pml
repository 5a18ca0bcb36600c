/* Two histories of one store: a raise of a user's epoch is lost in a failover, and the next raise reuses its number. An
 * access token from the lost history bears that number already. No clock: every step takes any time.
 *
 * Claim: once a node that knew the lost raise has restored it, the token is accepted only if no raise has ended it, in either
 * history. Ending more than that is allowed: where histories have parted, the numbers do not tell.
 *
 * OldHistory   the lost raise, and the token, issued before or after it
 * NewHistory   the failover, and perhaps a raise of its own
 * Follower     changes/follower.ts: had applied the lost raise, finds the mismatch, restores it (stores `feed.reassert`)
 * Observer     compares what the epochs say (domain/user.ts, `isOutranked`) with what happened
 *
 * runs:
 *   holds : as designed
 *   holds : ONLY_IF_PARTED : one more than both only if the new history has a raise too; nothing ends that need not
 *   fails : SAME_HEIGHT : the higher of two epochs counts, whichever history has given it
 *   fails : NEVER_RESTORED : the follower keeps what it knows to itself
 * large: RAISES=6
 */
#ifndef RAISES
#define RAISES 2                /* in each history, at most */
#endif

byte epoch = 1;
byte lostEpoch;                 /* what the old history had reached */
bool failedOver;
bool settled;                   /* the raises of the new history are over */
bool restored;

byte tokenEpoch;                /* 0: not issued */
bool tokenEnded;                /* what is true, whatever the numbers say */
bool parted;                    /* the new history has a raise of its own, from before the restoration */

#define HIGHER (lostEpoch > epoch -> lostEpoch : epoch)

active proctype OldHistory() {
  byte raises;
  do
  :: raises < RAISES ->
     raises++;
     atomic { epoch++; tokenEnded = tokenEnded || (tokenEpoch > 0) }
  :: atomic { tokenEpoch == 0 -> tokenEpoch = epoch }
  :: atomic { tokenEpoch > 0 -> break }
  od;
  atomic { lostEpoch = epoch; epoch = 1; failedOver = 1 }
}

active proctype NewHistory() {
  byte raises;
  failedOver;
  do
  :: raises < RAISES ->
     raises++;
     atomic { epoch++; tokenEnded = 1; parted = parted || !restored }
  :: break
  od;
  settled = 1
}

active proctype Follower() {
  failedOver;
  atomic {
    if
    :: lostEpoch == 1           /* nothing was lost */
    :: lostEpoch > 1 ->
       if
#ifdef NEVER_RESTORED
       :: skip
#else
#ifdef SAME_HEIGHT
       :: epoch = HIGHER
#else
#ifdef ONLY_IF_PARTED
       :: epoch == 1 -> epoch = HIGHER
       :: epoch > 1 -> epoch = HIGHER + 1
#else
       :: epoch = HIGHER + 1
#endif
#endif
#endif
       fi
    fi;
    restored = 1
  }
}

active proctype Observer() {
  atomic {
    restored && settled ->
    assert(!tokenEnded || tokenEpoch < epoch);
#ifdef ONLY_IF_PARTED
    assert(tokenEnded || parted || tokenEpoch >= epoch)
#endif
  }
}
