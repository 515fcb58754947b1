/* SPDX-License-Identifier: GPL-2.0 */
/*
 * States of a model's map that are moments in its life: the next insert, or the next removal,
 * is the one that changes its shape. All maps of a kind are in the same place and so have
 * the same seed: what was seen once happens again.
 */
#ifndef _HMAP_KUNIT_FAULT_STATES_H
#define _HMAP_KUNIT_FAULT_STATES_H

#include "test.h"
#include "model.h"

enum moment {
	HEADER_ONLY,
	ONE_ENTRY,	/* of objects: in the header */
	TWO_ENTRIES,
	VACATED,
	TO_GROW,
	TO_SPLIT,
	TO_DOUBLE,
	TO_CLEAN,
	TO_MERGE,
	TO_SHRINK,
	TO_SHRINK_DIRECTORY,
	TO_HEADER,
	ONE_LEFT,	/* in a table */
	NR_MOMENTS,
};

/*
 * How a map gets to a state: keys [0, fill) are inserted; then @churn times the oldest
 * key is removed and a new one inserted; then the @remove oldest keys go.
 */
struct script {
	u32 fill;
	u32 churn;
	u32 remove;
};

/* The moments in the life of maps of a kind, as far as there are such. */
struct states {
	const struct model_kind *kind;
	u32 nr_keys;			/* that these states need */
	struct {
		struct script script;
		bool known;
	} at[NR_MOMENTS];
};

void states_learn(struct kunit *test, struct states *states, struct model *model,
		  const struct model_kind *kind);
void states_build(struct kunit *test, const struct states *states, struct model *model,
		  enum moment moment);

/* The key that the next removal removes, and the one that the next insert adds. */
u32 oldest_key(const struct script *script);
u32 newest_key(const struct script *script);

const char *moment_name(enum moment moment);
/* Whether it is a removal that the moment is about, and not an insert. */
bool moment_removes(enum moment moment);
/* The counter that this changes; 0 if the moment is about nothing. */
size_t moment_counter(enum moment moment, const struct model_kind *kind);

#endif /* _HMAP_KUNIT_FAULT_STATES_H */
